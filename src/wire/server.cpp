#include "wire/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "base/log.hpp"
#include "wire/accepted.hpp"
#include "wire/tls.hpp"

namespace bedplate::wire {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr int kAcceptsInARowMax = 64;
constexpr milliseconds kAcceptBackOff{100};  // after running out of descriptors
constexpr std::chrono::seconds kWarningPeriod{60};
constexpr milliseconds kCancelLimit{5'000};  // for cancelled handlers to end
// Connections that are only told that the server is full; beyond that they are just closed.
constexpr std::size_t kRefusalsMax = 256;

milliseconds period_for(const Limits& limits) {
  return tick_period({limits.idle_timeout, limits.header_timeout, limits.body_timeout,
                      limits.write_timeout, limits.tls_handshake_timeout});
}

// What an IPv6 socket that takes IPv4 clients, too, calls ::ffff:127.0.0.1 is 127.0.0.1.
std::string text_of(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

Acceptor listen(Executor executor, const std::string& host, std::uint16_t port) {
  ErrorCode error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) {
    throw std::runtime_error(fmt::format("cannot listen on \"{}\": not an IP address", host));
  }
  const tcp::endpoint endpoint(address, port);
  Acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  const std::string where =
      address.is_v6() ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  if (error == asio::error::address_in_use) {
    throw std::runtime_error(where + " is in use by another program");
  }
  if (error) throw std::runtime_error("cannot listen on " + where + ": " + error.message());
  return acceptor;
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(IoPool& pool, ServerOptions given, Handler handler, ErrorRenderer render_error)
      : pool(pool),
        options(std::move(given)),
        service(std::make_shared<Service>(options.limits, options.streams_body, std::move(handler),
                                          std::move(render_error))),
        tls(options.tls ? TlsContext::for_server(*options.tls) : nullptr),
        acceptor(listen(pool.executor(0), options.host, options.port)),
        port(acceptor.local_endpoint().port()) {
    for (std::size_t i = 0; i < pool.size(); ++i) {
      tickers.push_back(std::make_shared<Ticker>(pool.executor(i), period_for(options.limits)));
    }
  }

  static Task<> accept_loop(std::shared_ptr<Impl> self);
  ErrorCode accept_some();
  void warn(const ErrorCode& error);
  static Task<> run_connection(std::shared_ptr<Impl> self, std::size_t loop, Socket socket,
                               std::string peer_address, bool refuse);
  void on_every_loop_blocking(const std::function<void(std::size_t)>& function);
  void for_each_connection_blocking(void (Connection::*function)());

  IoPool& pool;
  const ServerOptions options;
  const std::shared_ptr<Service> service;
  const std::shared_ptr<TlsContext> tls;
  Acceptor acceptor;
  const std::uint16_t port;
  std::vector<std::shared_ptr<Ticker>> tickers;  ///< per loop; every entry is a Connection
  TaskGroup accepting{"the listener"};
  std::size_t next_loop = 0;  ///< for the next connection
  SteadyClock::time_point next_warning;
  bool drain_begun = false;
  bool stopped = false;
};

Task<> Server::Impl::accept_loop(std::shared_ptr<Impl> self) {
  Timer pause(self->acceptor.get_executor());
  for (;;) {
    co_await self->acceptor.async_wait(Acceptor::wait_read, use_task);
    ErrorCode error = self->accept_some();
    if (!error) continue;
    self->warn(error);
    pause.expires_after(kAcceptBackOff);
    co_await pause.async_wait(use_task);
  }
}

void Server::Impl::warn(const ErrorCode& error) {
  const auto now = SteadyClock::now();
  if (now < next_warning) return;
  next_warning = now + kWarningPeriod;
  log::warning("cannot accept connections: {}", error.message());
}

// What keeps us from accepting, e.g. that the process has no descriptors left.
ErrorCode Server::Impl::accept_some() {
  for (int i = 0; i < kAcceptsInARowMax; ++i) {
    const std::size_t loop = next_loop;
    ErrorCode error;
    tcp::endpoint peer;
    asio::basic_stream_socket<tcp, Executor> socket(pool.executor(loop));
    acceptor.accept(socket, peer, error);
    if (error == asio::error::would_block) break;
    if (error == asio::error::connection_aborted || error == asio::error::interrupted) continue;
    if (error) return error;
    next_loop = (next_loop + 1) % pool.size();
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const std::size_t open = service->connections_open.load(std::memory_order_relaxed);
    if (open >= options.limits.connections_max + kRefusalsMax) continue;
    service->connections_open.fetch_add(1, std::memory_order_relaxed);
    service->connections_total.fetch_add(1, std::memory_order_relaxed);
    service->tasks.spawn(
        pool.executor(loop),
        run_connection(shared_from_this(), loop, Socket(std::move(socket)), text_of(peer.address()),
                       open >= options.limits.connections_max));
  }
  return {};
}

Task<> Server::Impl::run_connection(std::shared_ptr<Impl> self, std::size_t loop, Socket socket,
                                    std::string peer_address, bool refuse) {
  const std::shared_ptr<Service> service = self->service;
  const std::shared_ptr<Ticker> ticker = self->tickers[loop];
  std::unique_ptr<Transport> transport = self->tls ? self->tls->accept(std::move(socket))
                                                   : std::make_unique<Transport>(std::move(socket));
  self.reset();  // the server may go away before its last connection has
  auto connection = std::make_shared<AcceptedConnection>(service, std::move(transport),
                                                         std::move(peer_address), refuse);
  ticker->add(*connection);
  try {
    co_await connection->serve();
  } catch (const boost::system::system_error& problem) {
    log::debug("a connection ended: {}", problem.what());
  } catch (const std::exception& problem) {
    log::error("a connection failed: {}", problem.what());
  }
  ticker->remove(*connection);
  service->connections_open.fetch_sub(1, std::memory_order_relaxed);
}

void Server::Impl::on_every_loop_blocking(const std::function<void(std::size_t)>& function) {
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (pool.context(i).stopped()) continue;
    auto done = std::make_shared<std::promise<void>>();
    auto ended = done->get_future();
    asio::post(pool.executor(i), [function, i, done] {
      function(i);
      done->set_value();
    });
    ended.wait_for(kCancelLimit);
  }
}

void Server::Impl::for_each_connection_blocking(void (Connection::*function)()) {
  on_every_loop_blocking([self = shared_from_this(), function](std::size_t loop) {
    self->tickers[loop]->for_each(
        [function](Ticked& entry) { (static_cast<Connection&>(entry).*function)(); });
  });
}

Server::Server(IoPool& pool, ServerOptions options, Handler handler, ErrorRenderer render_error)
    : impl_(std::make_shared<Impl>(pool, std::move(options), std::move(handler),
                                   std::move(render_error))) {}

Server::~Server() {
  stop_blocking(milliseconds(0));
}

void Server::start() {
  impl_->accepting.spawn(impl_->acceptor.get_executor(), Impl::accept_loop(impl_));
}

std::uint16_t Server::port() const {
  return impl_->port;
}

ServerCounters Server::counters() const {
  const Service& service = *impl_->service;
  return {service.connections_open.load(), service.connections_total.load(),
          service.requests_in_flight.load()};
}

bool Server::drain_blocking(milliseconds limit) {
  Service& service = *impl_->service;
  if (!std::exchange(impl_->drain_begun, true)) {
    service.draining = true;
    impl_->accepting.stop();
    impl_->accepting.wait_blocking(kCancelLimit);
    impl_->on_every_loop_blocking([impl = impl_](std::size_t loop) {
      ErrorCode ignored;
      if (loop == 0) impl->acceptor.close(ignored);
    });
    impl_->for_each_connection_blocking(&Connection::drain);
  }
  return service.tasks.wait_blocking(limit);
}

void Server::stop_blocking(milliseconds limit) {
  if (std::exchange(impl_->stopped, true) || drain_blocking(limit)) return;
  Service& service = *impl_->service;
  impl_->for_each_connection_blocking(&Connection::abort);
  service.tasks.stop();
  if (!service.tasks.wait_blocking(kCancelLimit)) {
    log::error("{} connections did not end in time", service.tasks.size());
  }
}

}  // namespace bedplate::wire
