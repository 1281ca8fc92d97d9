// An engine without a model: OpenAI's streamed chat completions as fast, or as evenly paced, as
// one thread can. The bench's peer; it trusts what it is sent.
//
// Each token's text is " @" and the time of its sending (now_ns()), so that whoever reads it on the
// same machine knows how long it was under way. A request's max_tokens says how many tokens it
// gets.
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <cstdio>
#include <memory>
#include <queue>
#include <unordered_map>

#include "sockets.hpp"
#include "wire/http1/request_decoder.hpp"

namespace bedplate::bench {
namespace {

constexpr std::int64_t kMicrosecond_ns = 1'000;

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kChunkStart =
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"fake",)";

struct Pace {
  std::int64_t first_ns = 0;     ///< from the request to the first token
  std::int64_t interval_ns = 0;  ///< between two tokens; 0: all at once
};

struct Connection {
  Descriptor socket;
  std::uint64_t id = 0;
  wire::http1::RequestDecoder decoder{wire::Limits{}};
  std::string out;  ///< what the peer has not taken yet
  bool waits_to_write = false;
  int tokens_left = 0;  ///< of the reply in progress
  int tokens_sent = 0;
};

void append_event(std::string& out, std::string_view data) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\ndata: {}\n\n\r\n", data.size() + 8, data);
}

void append_delta(std::string& out, std::string_view delta, std::string_view finish_reason) {
  append_event(out, fmt::format(R"({}"choices":[{{"index":0,"delta":{},"finish_reason":{}}}]}})",
                                kChunkStart, delta, finish_reason));
}

void append_token(std::string& out) {
  append_delta(out, fmt::format(R"({{"content":" @{}"}})", now_ns()), "null");
}

void append_end(std::string& out, int tokens) {
  append_delta(out, "{}", R"("stop")");
  append_event(out, fmt::format(R"({}"choices":[],"usage":{{"prompt_tokens":9,)"
                                R"("completion_tokens":{},"total_tokens":{}}}}})",
                                kChunkStart, tokens, tokens + 9));
  append_event(out, "[DONE]");
  out += "0\r\n\r\n";
}

int tokens_asked_for(std::string_view body) {
  boost::system::error_code malformed;
  const boost::json::value value = boost::json::parse(body, malformed);
  const boost::json::object* object = malformed ? nullptr : value.if_object();
  const boost::json::value* count = object ? object->if_contains("max_tokens") : nullptr;
  return count && count->is_int64() ? static_cast<int>(count->as_int64()) : 1;
}

class FakeEngine {
 public:
  FakeEngine(std::uint16_t port, Pace pace) : listener_(listen_on_loopback(port)), pace_(pace) {
    poller_.add(listener_, EPOLLIN, nullptr);
  }
  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    for (;;) {
      for (const epoll_event& event : poller_.wait(next_due())) {
        if (!event.data.ptr) {
          accept_all();
        } else {
          serve(*static_cast<Connection*>(event.data.ptr), event.events);
        }
      }
      closed_.clear();
      send_due_tokens();
    }
  }

 private:
  struct Due {
    std::int64_t at_ns;
    std::uint64_t connection;
    bool operator>(const Due& other) const { return at_ns > other.at_ns; }
  };

  void accept_all();
  void serve(Connection& connection, std::uint32_t events);
  bool read_requests(Connection& connection);
  void answer(Connection& connection, const wire::Request& request);
  void begin_reply(Connection& connection, int tokens);
  bool flush(Connection& connection);
  void send_due_tokens();
  void send_next_token(Connection& connection, std::int64_t due_ns);
  std::optional<std::int64_t> next_due() const;
  void drop(Connection& connection);

  Descriptor listener_;
  Pace pace_;
  Poller poller_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> closed_;  ///< an event of theirs may still be in hand
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

void FakeEngine::accept_all() {
  for (;;) {
    Descriptor socket = accept_from(listener_);
    if (!socket.is_open()) return;
    auto connection = std::make_unique<Connection>();
    connection->socket = std::move(socket);
    connection->id = next_id_++;
    poller_.add(connection->socket, EPOLLIN, connection.get());
    connections_.emplace(connection->id, std::move(connection));
  }
}

void FakeEngine::serve(Connection& connection, std::uint32_t events) {
  if (!connection.socket.is_open()) return;
  bool alive = (events & EPOLLERR) == 0;
  if (alive && (events & EPOLLOUT)) alive = flush(connection);
  if (alive && (events & (EPOLLIN | EPOLLHUP))) alive = read_requests(connection);
  if (!alive) drop(connection);
}

bool FakeEngine::read_requests(Connection& connection) {
  const boost::asio::mutable_buffer room = connection.decoder.prepare();
  const ssize_t count = recv(connection.socket.number(), room.data(), room.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  try {
    connection.decoder.commit(static_cast<std::size_t>(count));
    while (connection.decoder.state() == wire::http1::RequestDecoder::State::kDone) {
      answer(connection, connection.decoder.take());
      connection.decoder.next();
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "fake engine: %s\n", problem.what());
    return false;
  }
  return flush(connection);
}

void FakeEngine::answer(Connection& connection, const wire::Request& request) {
  if (request.path() == "/v1/chat/completions") {
    begin_reply(connection, tokens_asked_for(request.body));
    return;
  }
  const std::string_view body =
      request.path() == "/v1/models"
          ? R"({"object":"list","data":[{"id":"fake","owned_by":"bench"}]})"
          : R"({"status":"ok"})";
  fmt::format_to(
      std::back_inserter(connection.out),
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
}

void FakeEngine::begin_reply(Connection& connection, int tokens) {
  connection.out += kStreamHead;
  append_delta(connection.out, R"({"role":"assistant","content":null})", "null");
  connection.tokens_left = tokens;
  connection.tokens_sent = 0;
  if (pace_.first_ns > 0) {
    due_.push({now_ns() + pace_.first_ns, connection.id});
  } else {
    send_next_token(connection, now_ns());
  }
}

/// Puts the next token into `out`, or all that are left when there is no interval between them.
void FakeEngine::send_next_token(Connection& connection, std::int64_t due_ns) {
  do {
    append_token(connection.out);
    ++connection.tokens_sent;
    --connection.tokens_left;
  } while (pace_.interval_ns == 0 && connection.tokens_left > 0);
  if (connection.tokens_left > 0) {
    due_.push({due_ns + pace_.interval_ns, connection.id});
  } else {
    append_end(connection.out, connection.tokens_sent);
  }
}

bool FakeEngine::flush(Connection& connection) {
  if (!connection.out.empty()) {
    const ssize_t count = send(connection.socket.number(), connection.out.data(),
                               connection.out.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (count > 0) connection.out.erase(0, static_cast<std::size_t>(count));
  }
  const bool wait = !connection.out.empty();
  if (wait != connection.waits_to_write) {
    connection.waits_to_write = wait;
    poller_.change(connection.socket, wait ? EPOLLIN | EPOLLOUT : EPOLLIN, &connection);
  }
  return true;
}

std::optional<std::int64_t> FakeEngine::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.top().at_ns;
}

void FakeEngine::send_due_tokens() {
  while (!due_.empty() && due_.top().at_ns <= now_ns()) {
    const Due due = due_.top();
    due_.pop();
    const auto found = connections_.find(due.connection);
    if (found == connections_.end()) continue;  // hung up
    send_next_token(*found->second, due.at_ns);
    if (!flush(*found->second)) drop(*found->second);
  }
}

void FakeEngine::drop(Connection& connection) {
  connection.socket.close();
  const auto found = connections_.find(connection.id);
  closed_.push_back(std::move(found->second));
  connections_.erase(found);
}

int run(int argc, char** argv) {
  CLI::App program{"A fake engine for the bench: OpenAI chat completions, streamed."};
  std::uint16_t port = 0;
  std::int64_t first_us = 0;
  std::int64_t interval_us = 0;
  program.add_option("--port", port, "0 (default): the system chooses; printed on the first line");
  program.add_option("--first-us", first_us, "From the request to the first token");
  program.add_option("--interval-us", interval_us, "Between two tokens; 0: all at once");
  CLI11_PARSE(program, argc, argv);
  FakeEngine engine(port, {first_us * kMicrosecond_ns, interval_us * kMicrosecond_ns});
  std::printf("http://127.0.0.1:%u\n", engine.port());
  std::fflush(stdout);
  engine.run();
}

}  // namespace
}  // namespace bedplate::bench

int main(int argc, char** argv) {
  try {
    return bedplate::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "fake engine: %s\n", problem.what());
    return 1;
  }
}
