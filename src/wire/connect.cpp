#include "wire/connect.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace bedplate::wire {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using GenericEndpoint = asio::generic::stream_protocol::endpoint;
using Resolver = asio::ip::basic_resolver<tcp, Executor>;

// One attempt; the tick ends it when its time is up.
class Attempt final : public Ticked {
 public:
  Attempt(Executor executor, Endpoint endpoint, std::chrono::milliseconds limit,
          std::shared_ptr<Ticker> ticker)
      : executor_(executor),
        endpoint_(std::move(endpoint)),
        deadline_(SteadyClock::now() + limit),
        ticker_(std::move(ticker)),
        resolver_(executor) {
    ticker_->add(*this);
  }
  ~Attempt() { ticker_->remove(*this); }

  void on_tick(SteadyClock::time_point now) override {
    if (now < deadline_) return;
    expired_ = true;
    resolver_.cancel();
    ErrorCode ignored;
    if (socket_) socket_->cancel(ignored);
    if (transport_) transport_->cancel();
  }

  Task<std::unique_ptr<Transport>> run(std::shared_ptr<TlsContext> tls);
  ClientError error(const ErrorCode& code) const;
  bool expired() const { return expired_; }

 private:
  Task<std::vector<GenericEndpoint>> resolve();
  Task<Socket> connect_any(std::vector<GenericEndpoint> targets);

  Executor executor_;
  Endpoint endpoint_;
  SteadyClock::time_point deadline_;
  std::shared_ptr<Ticker> ticker_;
  Resolver resolver_;
  std::optional<Socket> socket_;
  std::unique_ptr<Transport> transport_;
  bool expired_ = false;
};

Task<std::vector<GenericEndpoint>> Attempt::resolve() {
  std::vector<GenericEndpoint> targets;
  if (endpoint_.kind == Endpoint::Kind::kUnix) {
    targets.push_back(asio::local::stream_protocol::endpoint(endpoint_.host));
    co_return targets;
  }
  ErrorCode not_an_address;
  const auto address = asio::ip::make_address(endpoint_.host, not_an_address);
  if (!not_an_address) {
    targets.push_back(tcp::endpoint(address, endpoint_.port));
    co_return targets;
  }
  const std::string port = std::to_string(endpoint_.port);
  auto found = co_await resolver_.async_resolve(endpoint_.host, port, use_task);
  for (const auto& entry : found) targets.push_back(entry.endpoint());
  co_return targets;
}

Task<Socket> Attempt::connect_any(std::vector<GenericEndpoint> targets) {
  ErrorCode last = asio::error::host_not_found;
  for (const GenericEndpoint& target : targets) {
    socket_.emplace(executor_);
    auto [code] = co_await socket_->async_connect(target, as_result);
    if (!code) {
      Socket socket = std::move(*socket_);
      socket_.reset();
      co_return socket;
    }
    last = code;
    if (code == asio::error::operation_aborted) break;
  }
  throw boost::system::system_error(last);
}

Task<std::unique_ptr<Transport>> Attempt::run(std::shared_ptr<TlsContext> tls) {
  std::vector<GenericEndpoint> targets = co_await resolve();
  Socket socket = co_await connect_any(std::move(targets));
  if (endpoint_.kind != Endpoint::Kind::kUnix) {
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
  }
  if (endpoint_.kind == Endpoint::Kind::kTls) {
    transport_ = tls->connect(std::move(socket), endpoint_.host);
    co_await transport_->handshake();
  } else {
    transport_ = std::make_unique<Transport>(std::move(socket));
  }
  co_return std::move(transport_);
}

ClientError Attempt::error(const ErrorCode& code) const {
  using Cause = ClientError::Cause;
  const Cause cause = expired_                                                 ? Cause::kTimeout
                      : code == asio::error::connection_refused                ? Cause::kRefused
                      : code == boost::system::errc::no_such_file_or_directory ? Cause::kRefused
                                                                               : Cause::kOther;
  std::string what = expired_ ? "it took too long" : code.message();
  const std::string detail = transport_ ? transport_->certificate_problem() : "";
  if (!detail.empty()) what += " (" + detail + ")";
  return {ClientError::Phase::kConnect, cause,
          fmt::format("cannot connect to {}: {}", endpoint_.text(), what)};
}

}  // namespace

Task<std::unique_ptr<Transport>> connect(Endpoint endpoint, std::chrono::milliseconds limit,
                                         std::shared_ptr<Ticker> ticker,
                                         std::shared_ptr<TlsContext> tls) {
  const Executor executor = co_await asio::this_coro::executor;
  Attempt attempt(executor, std::move(endpoint), limit, std::move(ticker));
  try {
    std::unique_ptr<Transport> transport = co_await attempt.run(std::move(tls));
    co_return transport;
  } catch (const boost::system::system_error& problem) {
    if (problem.code() == asio::error::operation_aborted && !attempt.expired()) throw;
    throw attempt.error(problem.code());
  }
}

}  // namespace bedplate::wire
