#include "wire/accepted.hpp"

#include "wire/http1/connection.hpp"
#include "wire/http2/connection.hpp"

namespace bedplate::wire {
namespace {

// RFC 9113, 3.4. No HTTP/1 request can begin like this.
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

bool begins_preface(std::string_view bytes) {
  return kPreface.substr(0, bytes.size()) == bytes;
}

}  // namespace

Task<> AcceptedConnection::serve() {
  std::string received;
  bool http2 = false;
  if (transport_->secure()) {
    deadline_.set(service_->limits.tls_handshake_timeout);
    co_await transport_->handshake();
    deadline_.clear();
    http2 = transport_->negotiated_http2();
  } else if (!full_) {
    std::optional<std::string> opening = co_await read_opening();
    if (!opening) co_return;
    received = std::move(*opening);
    http2 = received == kPreface;
  }
  if (full_) {
    ApiError error = errors::service_unavailable("The server has too many connections. Try again.");
    co_await refuse(std::move(error));
  } else if (http2) {
    co_await serve_http2(std::move(received));
  } else {
    co_await serve_http1(std::move(received));
  }
}

// At least one byte, and as many as it takes to tell the preface from a request. Nothing when the
// connection is over.
Task<std::optional<std::string>> AcceptedConnection::read_opening() {
  std::string bytes;
  deadline_.set(service_->limits.idle_timeout);
  while (!service_->draining.load(std::memory_order_relaxed)) {
    char buffer[kPreface.size()];
    ErrorCode error;
    const std::size_t count =
        transport_->try_read(boost::asio::buffer(buffer, kPreface.size() - bytes.size()), error);
    if (count > 0) {
      if (bytes.empty()) deadline_.set(service_->limits.header_timeout);
      bytes.append(buffer, count);
      if (bytes.size() == kPreface.size() || !begins_preface(bytes)) co_return bytes;
      continue;
    }
    if (error != boost::asio::error::would_block) break;
    try {
      co_await transport_->wait_readable();
    } catch (const boost::system::system_error&) {
      if (!expired_ || bytes.empty()) throw;
    }
    if (!expired_) continue;
    ApiError late = errors::request_timeout("The request header did not arrive in time.");
    co_await refuse(std::move(late));
    break;
  }
  co_return std::nullopt;
}

Task<> AcceptedConnection::serve_http1(std::string received) {
  auto connection = std::make_shared<http1::Http1Connection>(
      service_, std::move(transport_), std::move(peer_address_), std::move(received), deadline_);
  inner_ = connection;
  co_await connection->serve();
}

Task<> AcceptedConnection::serve_http2(std::string received) {
  auto connection = std::make_shared<http2::Http2Connection>(
      service_, std::move(transport_), std::move(peer_address_), std::move(received));
  inner_ = connection;
  co_await connection->serve();
}

// In HTTP/1's form whatever the client speaks: a server that is full does not negotiate.
Task<> AcceptedConnection::refuse(ApiError error) {
  auto connection = std::make_shared<http1::Http1Connection>(
      service_, std::move(transport_), std::move(peer_address_), std::string(), Deadline());
  inner_ = connection;
  co_await connection->serve_refusal(std::move(error));
}

void AcceptedConnection::drain() {
  if (inner_) {
    inner_->drain();
  } else {
    transport_->cancel();
  }
}

void AcceptedConnection::abort() {
  if (inner_) {
    inner_->abort();
  } else {
    transport_->close();
  }
}

void AcceptedConnection::on_tick(SteadyClock::time_point now) {
  if (inner_) {
    inner_->on_tick(now);
  } else if (deadline_.passed(now)) {
    deadline_.clear();
    expired_ = true;
    transport_->cancel();
  }
}

}  // namespace bedplate::wire
