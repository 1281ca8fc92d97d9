#include "inference/engines/fake_server_for_test.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <tuple>

#include "wire/http1/request_decoder.hpp"

namespace bedplate::inference {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

constexpr int kTokensBeforeTrouble = 2;
constexpr std::size_t kHugeBytes = 300'000;
constexpr std::chrono::milliseconds kSlowInterval{100};

std::string reply_of(int status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {} Status\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      status, body.size(), body);
}
std::string error_of(int status, std::string_view type = "fake_error") {
  return reply_of(
      status, fmt::format(R"({{"error":{{"code":{},"message":"fault {}","type":"{}"}}}})", status,
                          status, type));
}
std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}
std::string event(std::string_view data) {
  return chunk(fmt::format("data: {}\n\n", data));
}

}  // namespace

const std::vector<Fault>& known_faults() {
  static const std::vector<Fault> faults = {
      {"close-before-head", "hangs up instead of answering"},
      {"hang-before-head", "never answers"},
      {"close-mid-stream", "hangs up after two tokens"},
      {"hang-mid-stream", "falls silent after two tokens"},
      {"400", "refuses the request"},
      {"401", "refuses the key"},
      {"429", "is busy"},
      {"500", "fails"},
      {"503", "is not ready"},
      {"context-overflow", "finds the prompt too long, in llama-server's words"},
      {"bad-http", "answers with what is no HTTP"},
      {"bad-chunk", "breaks the chunked encoding after two tokens"},
      {"bad-json", "sends an event that is no JSON after two tokens"},
      {"bad-sse", "sends a body that is no event stream"},
      {"error-event", "reports an error after two tokens"},
      {"no-finish", "ends the stream without saying why the reply ended"},
      {"no-done", "ends the stream without [DONE]"},
      {"no-usage", "does not count"},
      {"after-end", "goes on after [DONE]"},
      {"split-utf8", "sends the bytes of characters in deltas of their own"},
      {"split-bytes", "sends the stream byte by byte"},
      {"slow", "takes 100 ms for each token"},
      {"huge", "sends a token of 300,000 bytes"},
      {"endless-event", "sends an event that does not end"},
      {"stop-sequence", "ends at the request's first stop sequence, as vLLM tells it"},
      {"length", "ends for its length before max_tokens: a full context"},
  };
  return faults;
}

struct FakeServer::State {
  explicit State(Executor executor, FakeServerOptions given)
      : options(std::move(given)), acceptor(executor) {}
  FakeServerOptions options;
  Acceptor acceptor;
  std::uint16_t port = 0;
  mutable std::mutex mutex;
  int generations = 0;
  int hangups = 0;
  std::string last_body;
  std::string last_authorization;
};

namespace {

/// One reply on its way.
class Reply {
 public:
  Reply(Socket& socket, const FakeServerOptions& options, const wire::Request& request)
      : socket_(socket), interval_(options.interval), chat_(request.path() != "/v1/completions") {
    boost::system::error_code malformed;
    const json::value body = json::parse(request.body, malformed);
    if (const json::object* object = malformed ? nullptr : body.if_object()) read(*object);
    tokens_ = std::min(options.tokens, max_tokens_);
    const std::size_t mark = request.body.find("fault:");
    if (mark != std::string::npos) fault_ = find_fault(request.body.substr(mark + 6));
    if (fault_ == "slow") interval_ = kSlowInterval;
  }

  /// False when the connection is of no use afterwards.
  Task<bool> run();

 private:
  static std::string find_fault(std::string_view text) {
    std::string found;  // the longest name that fits
    for (const Fault& fault : known_faults()) {
      if (text.starts_with(fault.name) && fault.name.size() > found.size()) found = fault.name;
    }
    return found;
  }
  void read(const json::object& body) {
    if (const json::value* messages = body.if_contains("messages");
        messages && messages->is_array()) {
      prompt_tokens_ = static_cast<int>(messages->get_array().size());
    }
    if (const json::value* most = body.if_contains("max_tokens"); most && most->is_int64()) {
      max_tokens_ = static_cast<int>(most->get_int64());
    }
    const json::value* stop = body.if_contains("stop");
    if (stop && stop->is_array() && !stop->get_array().empty()) {
      stop_ = json::serialize(stop->get_array().front());
    }
  }

  Task<> send(std::string bytes) {
    if (fault_ != "split-bytes") {
      co_await asio::async_write(socket_, asio::buffer(bytes), use_task);
      co_return;
    }
    for (const char& byte : bytes) {
      co_await asio::async_write(socket_, asio::buffer(&byte, 1), use_task);
    }
  }
  Task<> hang() {
    // Ends when the client hangs up.
    char byte = 0;
    while (true) co_await socket_.async_read_some(asio::buffer(&byte, 1), use_task);
  }
  /// `text` goes into JSON as it is.
  std::string delta(std::string_view text) const {
    return event(chat_ ? fmt::format(R"({{"choices":[{{"index":0,"delta":{{"content":"{}"}},)"
                                     R"("finish_reason":null}}]}})",
                                     text)
                       : fmt::format(R"({{"choices":[{{"index":0,"text":"{}",)"
                                     R"("finish_reason":null}}]}})",
                                     text));
  }
  std::string finish() const {
    const bool limited = fault_ == "length" || tokens_ == max_tokens_;
    std::string more;
    if (fault_ == "stop-sequence") more = fmt::format(R"(,"stop_reason":{})", stop_);
    return event(fmt::format(R"({{"choices":[{{"index":0,"delta":{{}},"text":"",)"
                             R"("finish_reason":"{}"{}}}]}})",
                             limited && more.empty() ? "length" : "stop", more));
  }
  std::string usage() const {
    return event(fmt::format(R"({{"choices":[],"usage":{{"prompt_tokens":{},)"
                             R"("completion_tokens":{},"total_tokens":{}}}}})",
                             prompt_tokens_, tokens_, prompt_tokens_ + tokens_));
  }
  std::optional<std::string> refusal() const;
  Task<bool> trouble();
  Task<> send_tokens();

  Socket& socket_;
  std::chrono::milliseconds interval_;
  bool chat_;
  std::string fault_;
  int prompt_tokens_ = 1;
  int max_tokens_ = 1'000'000;
  int tokens_ = 0;
  std::string stop_ = "null";  ///< JSON
};

/// The whole answer, where the fault is in it.
std::optional<std::string> Reply::refusal() const {
  if (fault_ == "context-overflow") {
    return reply_of(400,
                    R"({"error":{"code":400,"message":"request (9012 tokens) exceeds the available)"
                    R"( context size (2048 tokens), try increasing it",)"
                    R"("type":"exceed_context_size_error","n_prompt_tokens":9012,"n_ctx":2048}})");
  }
  if (fault_.size() == 3) return error_of(std::stoi(fault_));
  if (fault_ == "bad-http") return "NONSENSE\r\n\r\n";
  if (fault_ == "bad-sse") return reply_of(200, "<html>this is no event stream</html>");
  return std::nullopt;
}

Task<> Reply::send_tokens() {
  Timer timer(co_await asio::this_coro::executor);
  std::string bytes;
  for (int i = 0; i < tokens_; ++i) {
    bytes += delta(fmt::format("{}w{}", i == 0 ? "" : " ", i));
    if (interval_.count() == 0) continue;
    timer.expires_after(interval_);
    co_await timer.async_wait(use_task);
    co_await send(std::exchange(bytes, {}));
  }
  if (!bytes.empty()) co_await send(std::move(bytes));
}

/// Sends what takes the place of the rest of the stream. True when there is such a thing.
Task<bool> Reply::trouble() {
  std::string bytes;
  if (fault_ == "bad-chunk") {
    bytes = "zz\r\nnot a chunk\r\n";
  } else if (fault_ == "bad-json") {
    bytes = event("{not json");
  } else if (fault_ == "error-event") {
    bytes = event(R"({"error":{"code":500,"message":"gave up","type":"server_error"}})");
  } else if (fault_ == "endless-event") {
    bytes = chunk("data: " + std::string(2'000'000, 'x'));
  } else if (fault_ != "close-mid-stream" && fault_ != "hang-mid-stream") {
    co_return false;
  }
  tokens_ = std::min(tokens_, kTokensBeforeTrouble);
  co_await send_tokens();
  co_await send(std::move(bytes));
  if (fault_ == "hang-mid-stream") co_await hang();
  co_return true;
}

Task<bool> Reply::run() {
  if (fault_ == "close-before-head") co_return false;
  if (fault_ == "hang-before-head") co_await hang();
  if (auto whole = refusal()) {
    co_await send(std::move(*whole));
    co_return fault_ != "bad-http";
  }
  std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  head += event(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null},)"
                R"("finish_reason":null}]})");
  co_await send(std::move(head));
  const bool troubled = co_await trouble();
  if (troubled) co_return false;
  if (fault_ == "split-utf8") {
    std::string bytes;
    for (const char byte : std::string_view("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")) {
      bytes += delta(std::string_view(&byte, 1));
    }
    co_await send(std::move(bytes));
  } else if (fault_ == "huge") {
    co_await send(delta(std::string(kHugeBytes, 'x')));
  } else {
    co_await send_tokens();
  }
  std::string end;
  if (fault_ != "no-finish") end += finish();
  if (fault_ != "no-usage") end += usage();
  if (fault_ != "no-done") end += event("[DONE]");
  if (fault_ == "after-end") end += delta("more");
  co_await send(end + "0\r\n\r\n");
  co_return true;
}

std::string other_answer(const FakeServerOptions& options, const wire::Request& request) {
  if (options.other) {
    const ServerAnswer answer = options.other(std::string(request.path()), request.body);
    if (answer.status != 0) return reply_of(answer.status, answer.body);
  }
  if (request.path() == "/health") return reply_of(200, R"({"status":"ok"})");
  if (request.path() == "/v1/models") {
    return reply_of(200, fmt::format(R"({{"object":"list","data":[{{"id":"fake","object":"model",)"
                                     R"("owned_by":"{}","max_model_len":4096}}]}})",
                                     options.owner));
  }
  if (request.path() == "/tokenize") {
    boost::system::error_code malformed;
    const json::value body = json::parse(request.body, malformed);
    std::size_t count = 0;
    if (const json::object* object = malformed ? nullptr : body.if_object()) {
      const json::value* prompt = object->if_contains("prompt");
      const json::value* messages = object->if_contains("messages");
      if (prompt && prompt->is_string()) count = prompt->get_string().size();
      if (messages && messages->is_array()) count = messages->get_array().size();
    }
    return reply_of(200, fmt::format(R"({{"count":{}}})", count));
  }
  return error_of(404);
}

/// Answers one request. False when the connection is of no use afterwards.
Task<bool> answer(std::shared_ptr<FakeServer::State> state, Socket& socket, wire::Request request) {
  const bool generation =
      request.path() == "/v1/chat/completions" || request.path() == "/v1/completions";
  const std::string authorization(request.headers.get("authorization"));
  {
    const std::lock_guard lock(state->mutex);
    state->last_authorization = authorization;
    if (generation) {
      ++state->generations;
      state->last_body = request.body;
    }
  }
  const std::string& key = state->options.api_key;
  if (!key.empty() && authorization != "Bearer " + key) {
    const std::string refusal = error_of(401);
    co_await asio::async_write(socket, asio::buffer(refusal), use_task);
    co_return true;
  }
  if (!generation) {
    const std::string bytes = other_answer(state->options, request);
    co_await asio::async_write(socket, asio::buffer(bytes), use_task);
    co_return true;
  }
  Reply reply(socket, state->options, request);
  try {
    const bool usable = co_await reply.run();
    co_return usable;
  } catch (const boost::system::system_error&) {
    const std::lock_guard lock(state->mutex);
    ++state->hangups;
    throw;
  }
}

Task<> serve(std::shared_ptr<FakeServer::State> state, Socket socket) {
  wire::http1::RequestDecoder decoder{wire::Limits{}};
  try {
    for (;;) {
      const auto count = co_await socket.async_read_some(decoder.prepare(), use_task);
      decoder.commit(count);
      while (decoder.state() == wire::http1::RequestDecoder::State::kDone) {
        wire::Request request = decoder.take();
        const bool usable = co_await answer(state, socket, std::move(request));
        if (!usable) co_return;
        decoder.next();
      }
    }
  } catch (const boost::system::system_error&) {
    // The client hung up, or the test is over.
  }
}

Task<> accept(std::shared_ptr<FakeServer::State> state, TaskGroup& tasks) {
  for (;;) {
    Socket socket = co_await state->acceptor.async_accept(use_task);
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    tasks.spawn(state->acceptor.get_executor(), serve(state, std::move(socket)));
  }
}

}  // namespace

FakeServer::FakeServer(Executor executor, FakeServerOptions options)
    : state_(std::make_shared<State>(executor, std::move(options))), tasks_("fake server") {
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(state_->options.host),
                                         state_->options.port);
  Acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  state_->port = acceptor.local_endpoint().port();
  tasks_.spawn(executor, accept(state_, tasks_));
}

FakeServer::~FakeServer() {
  tasks_.stop();
  tasks_.wait_blocking(std::chrono::seconds(5));
}

std::uint16_t FakeServer::port() const {
  return state_->port;
}
std::string FakeServer::url() const {
  return fmt::format("http://{}:{}", state_->options.host, state_->port);
}
int FakeServer::generations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->generations;
}
int FakeServer::hangups() const {
  const std::lock_guard lock(state_->mutex);
  return state_->hangups;
}
std::string FakeServer::last_body() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_body;
}
std::string FakeServer::last_authorization() const {
  const std::lock_guard lock(state_->mutex);
  return state_->last_authorization;
}

}  // namespace bedplate::inference
