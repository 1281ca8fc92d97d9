#include "wire/client.hpp"

#include <boost/asio/post.hpp>
#include <unordered_map>

#include "wire/connect.hpp"
#include "wire/http1/response_decoder.hpp"

namespace bedplate::wire {
namespace {

namespace asio = boost::asio;
using Phase = ClientError::Phase;
using Cause = ClientError::Cause;

// Peers close idle connections, too; the shorter we keep one, the rarer we find it closed.
constexpr std::chrono::seconds kIdleTimeMax{60};
constexpr std::chrono::seconds kIdleCheckPeriod{1};
// A connection given back so recently is not looked at again: if it is closed all the same, the
// request is sent once more.
constexpr std::chrono::milliseconds kFreshTimeMax{1000};

std::string format_request(const Endpoint& endpoint, const ClientRequest& request) {
  std::string text;
  text.reserve(512);
  text.append(request.method).append(" ").append(endpoint.base_path).append(request.path);
  text += " HTTP/1.1\r\n";
  if (!request.headers.find("host")) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    text += endpoint.kind == Endpoint::Kind::kUnix ? "Host: localhost\r\n"
            : v6 ? fmt::format("Host: [{}]:{}\r\n", endpoint.host, endpoint.port)
                 : fmt::format("Host: {}:{}\r\n", endpoint.host, endpoint.port);
  }
  for (const auto& [name, value] : request.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", request.body.size());
  }
  text += "Connection: keep-alive\r\n\r\n";
  return text;
}

void check_request(const ClientRequest& request) {
  constexpr std::string_view kLineBreakers("\r\n\0", 3);
  bool split = request.method.find_first_of(kLineBreakers) != std::string::npos ||
               request.path.find_first_of(" \r\n") != std::string::npos;
  for (const auto& [name, value] : request.headers) {
    split = split || name.find_first_of(kLineBreakers) != std::string::npos ||
            value.find_first_of(kLineBreakers) != std::string::npos;
  }
  if (split) throw std::invalid_argument("a request to a server has a line end in its header");
}

// What one I/O thread has: its idle connections and its clock.
class Loop final : public Ticked {
 public:
  Loop(Executor executor, const ClientLimits& limits)
      : ticker(std::make_shared<Ticker>(
            executor,
            tick_period({limits.connect_timeout, limits.response_timeout, limits.read_timeout}))),
        idle_connections_max_(limits.idle_connections_max) {}

  /// A connection that still stands; nothing when there is none.
  std::unique_ptr<Transport> take(const std::string& endpoint);
  void give_back(const std::string& endpoint, std::unique_ptr<Transport> transport);
  void forget(const std::string& endpoint);
  void forget_all();
  void on_tick(SteadyClock::time_point now) override;

  const std::shared_ptr<Ticker> ticker;

 private:
  struct Idle {
    std::unique_ptr<Transport> transport;
    SteadyClock::time_point since;
  };
  void update_ticking();

  std::size_t idle_connections_max_;
  bool closed_ = false;
  bool ticking_ = false;
  SteadyClock::time_point next_check_;
  std::unordered_map<std::string, std::vector<Idle>> idle_;
};

std::unique_ptr<Transport> Loop::take(const std::string& endpoint) {
  const auto found = idle_.find(endpoint);
  if (found == idle_.end()) return nullptr;
  std::vector<Idle>& connections = found->second;
  while (!connections.empty()) {
    std::unique_ptr<Transport> transport = std::move(connections.back().transport);
    const bool fresh = SteadyClock::now() - connections.back().since < kFreshTimeMax;
    connections.pop_back();
    if (fresh || transport->quiet()) return transport;
  }
  return nullptr;
}

void Loop::give_back(const std::string& endpoint, std::unique_ptr<Transport> transport) {
  if (closed_) return;
  std::vector<Idle>& connections = idle_[endpoint];
  if (connections.size() >= idle_connections_max_) return;
  connections.push_back({std::move(transport), SteadyClock::now()});
  update_ticking();
}

void Loop::forget(const std::string& endpoint) {
  idle_.erase(endpoint);
}

void Loop::forget_all() {
  closed_ = true;
  idle_.clear();
}

void Loop::update_ticking() {
  if (ticking_) return;
  ticking_ = true;
  ticker->add(*this);
}

// Stays in the ticker's list once it is there: an entry must not remove itself in on_tick().
void Loop::on_tick(SteadyClock::time_point now) {
  if (now < next_check_) return;
  next_check_ = now + kIdleCheckPeriod;
  for (auto& [endpoint, connections] : idle_) {
    std::erase_if(connections, [now](const Idle& idle) {
      return now - idle.since > kIdleTimeMax || !idle.transport->quiet();
    });
  }
}

class Exchange final : public ClientResponse, public Ticked {
 public:
  Exchange(std::shared_ptr<Loop> loop, const ClientLimits& limits, Endpoint endpoint,
           std::unique_ptr<Transport> transport, bool head_method)
      : loop_(std::move(loop)),
        limits_(limits),
        endpoint_(endpoint.text()),
        transport_(std::move(transport)),
        decoder_(limits.header_bytes_max, head_method) {
    loop_->ticker->add(*this);
  }
  ~Exchange() override {
    loop_->ticker->remove(*this);
    release();
  }

  /// Sends the request and reads the response's head.
  Task<> begin(const std::string& head, const std::string& body);
  bool any_byte() const { return decoder_.any_byte(); }

  int status() const override { return decoder_.status(); }
  const Headers& headers() const override { return decoder_.headers(); }
  Task<std::string_view> read_some() override;
  Task<std::string> read_all() override;
  void on_tick(SteadyClock::time_point now) override;

 private:
  Task<> send_all(Pieces pieces);
  Task<> receive(Phase phase);
  void decode_head(std::size_t bytes);
  Task<> wait_writable();
  void release();
  ClientError error(Phase phase, Cause cause, std::string_view what) const;
  [[noreturn]] void fail(Phase phase, const ErrorCode& code) const;

  std::shared_ptr<Loop> loop_;
  const ClientLimits limits_;
  std::string endpoint_;
  std::unique_ptr<Transport> transport_;
  http1::ResponseDecoder decoder_;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  bool expired_ = false;
};

void Exchange::on_tick(SteadyClock::time_point now) {
  if (now < deadline_ || !transport_) return;
  deadline_ = SteadyClock::time_point::max();
  expired_ = true;
  transport_->cancel();
}

ClientError Exchange::error(Phase phase, Cause cause, std::string_view what) const {
  constexpr std::string_view kDoing[] = {"connecting to", "sending the request to",
                                         "waiting for the answer of", "reading the answer of"};
  return {phase, cause, fmt::format("{} {}: {}", kDoing[static_cast<int>(phase)], endpoint_, what)};
}

void Exchange::fail(Phase phase, const ErrorCode& code) const {
  const bool closed = code == asio::error::eof || code == asio::error::connection_reset ||
                      code == asio::error::broken_pipe;
  throw error(phase, closed ? Cause::kClosed : Cause::kOther,
              closed ? "the connection was closed" : code.message());
}

Task<> Exchange::wait_writable() {
  ErrorCode failure;
  try {
    co_await transport_->wait_writable();
    co_return;
  } catch (const boost::system::system_error& problem) {
    if (problem.code() == asio::error::operation_aborted && !expired_) throw;  // our task's end
    failure = problem.code();
  }
  if (expired_) throw error(Phase::kRequest, Cause::kTimeout, "it took too long");
  fail(Phase::kRequest, failure);
}

Task<> Exchange::send_all(Pieces pieces) {
  while (!pieces.empty()) {
    ErrorCode code;
    const std::size_t count = transport_->try_write(pieces, code);
    pieces.advance(count);
    if (count > 0) continue;
    if (code != asio::error::would_block) fail(Phase::kRequest, code);
    co_await wait_writable();
  }
}

// At least one byte more into the decoder, or the end.
Task<> Exchange::receive(Phase phase) {
  ErrorCode code;
  const std::size_t count = co_await transport_->read(decoder_.prepare(), code);
  if (code == asio::error::operation_aborted) {
    if (expired_) throw error(phase, Cause::kTimeout, "it took too long");
    throw boost::system::system_error(code);
  }
  try {
    if (count > 0) {
      decoder_.commit(count);
      co_return;
    }
    if (code == asio::error::eof && decoder_.any_byte()) {
      decoder_.commit_end();
      co_return;
    }
  } catch (const http1::MalformedResponse& problem) {
    throw error(phase, count > 0 ? Cause::kMalformed : Cause::kClosed, problem.what());
  }
  fail(phase, code);
}

Task<> Exchange::begin(const std::string& head, const std::string& body) {
  deadline_ = SteadyClock::now() + limits_.response_timeout;
  Pieces pieces{head, body};
  co_await send_all(pieces);
  while (!decoder_.head_done()) co_await receive(Phase::kResponseHead);
}

Task<std::string_view> Exchange::read_some() {
  for (;;) {
    std::string_view piece;
    try {
      piece = decoder_.next_piece();
    } catch (const http1::MalformedResponse& problem) {
      throw error(Phase::kResponseBody, Cause::kMalformed, problem.what());
    }
    if (!piece.empty()) co_return piece;
    if (decoder_.done()) break;
    deadline_ = SteadyClock::now() + limits_.read_timeout;
    co_await receive(Phase::kResponseBody);
  }
  deadline_ = SteadyClock::time_point::max();
  release();
  co_return std::string_view();
}

Task<std::string> Exchange::read_all() {
  std::string body;
  const std::uint64_t announced = decoder_.content_length().value_or(0);
  const auto too_large = [&] {
    return error(Phase::kResponseBody, Cause::kTooLarge,
                 fmt::format("it is longer than {} bytes", limits_.body_bytes_max));
  };
  if (announced > limits_.body_bytes_max) throw too_large();
  for (;;) {
    const std::string_view piece = co_await read_some();
    if (piece.empty()) co_return body;
    if (body.size() + piece.size() > limits_.body_bytes_max) throw too_large();
    body += piece;
  }
}

// The connection goes back to the idle ones, or is closed when something of the response is due.
void Exchange::release() {
  if (!transport_) return;
  if (decoder_.reusable() && !expired_) {
    loop_->give_back(endpoint_, std::move(transport_));
  } else {
    transport_.reset();
  }
}

}  // namespace

struct Client::Impl {
  Impl(IoPool& pool, ClientLimits limits) : pool(pool), limits(limits) {
    for (std::size_t i = 0; i < pool.size(); ++i) {
      loops.push_back(std::make_shared<Loop>(pool.executor(i), limits));
    }
  }

  std::shared_ptr<TlsContext> tls() {
    const std::lock_guard lock(mutex);
    if (!tls_context) tls_context = TlsContext::for_client();  // reads the system's store: lazily
    return tls_context;
  }

  IoPool& pool;
  const ClientLimits limits;
  std::vector<std::shared_ptr<Loop>> loops;
  std::mutex mutex;
  std::shared_ptr<TlsContext> tls_context;
};

namespace {

// Sends on a connection; nothing when that was an idle one which the peer had closed meanwhile.
Task<std::unique_ptr<ClientResponse>> attempt(std::unique_ptr<Exchange> exchange,
                                              const std::string& head, const std::string& body,
                                              bool reused) {
  try {
    co_await exchange->begin(head, body);
  } catch (const ClientError& problem) {
    if (!reused || exchange->any_byte() || problem.cause != Cause::kClosed) throw;
    co_return nullptr;
  }
  co_return std::move(exchange);
}

}  // namespace

Client::Client(IoPool& pool, ClientLimits limits) : impl_(std::make_shared<Impl>(pool, limits)) {}

Client::~Client() {
  for (std::size_t i = 0; i < impl_->loops.size(); ++i) {
    asio::post(impl_->pool.executor(i), [loop = impl_->loops[i]] { loop->forget_all(); });
  }
}

Task<std::unique_ptr<ClientResponse>> Client::send(Endpoint endpoint, ClientRequest request) {
  const std::shared_ptr<Impl> impl = impl_;
  const int thread = IoPool::current();
  if (thread < 0) throw std::logic_error("Client::send() was called outside of an I/O thread");
  const std::shared_ptr<Loop> loop = impl->loops.at(static_cast<std::size_t>(thread));
  check_request(request);
  const std::string head = format_request(endpoint, request);
  const bool head_method = request.method == "HEAD";

  std::unique_ptr<ClientResponse> response;
  if (std::unique_ptr<Transport> idle = loop->take(endpoint.text())) {
    auto exchange =
        std::make_unique<Exchange>(loop, impl->limits, endpoint, std::move(idle), head_method);
    response = co_await attempt(std::move(exchange), head, request.body, true);
  }
  if (!response) {
    std::shared_ptr<TlsContext> tls;
    if (endpoint.kind == Endpoint::Kind::kTls) tls = impl->tls();
    std::unique_ptr<Transport> fresh =
        co_await connect(endpoint, impl->limits.connect_timeout, loop->ticker, std::move(tls));
    auto exchange =
        std::make_unique<Exchange>(loop, impl->limits, endpoint, std::move(fresh), head_method);
    response = co_await attempt(std::move(exchange), head, request.body, false);
  }
  co_return response;
}

void Client::forget(const Endpoint& endpoint) {
  for (std::size_t i = 0; i < impl_->loops.size(); ++i) {
    asio::post(impl_->pool.executor(i),
               [loop = impl_->loops[i], key = endpoint.text()] { loop->forget(key); });
  }
}

}  // namespace bedplate::wire
