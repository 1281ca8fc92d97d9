#include "wire/transport.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/basic_stream_socket.hpp>

namespace bedplate::wire {

void Pieces::advance(std::size_t bytes) {
  while (bytes > 0 && first_ < count_) {
    const std::size_t step = std::min(bytes, pieces_[first_].size());
    pieces_[first_] += step;
    bytes -= step;
    if (pieces_[first_].size() == 0) ++first_;
  }
}

Transport::Transport(Socket socket) : socket_(std::move(socket)) {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
}

std::size_t Transport::try_read(boost::asio::mutable_buffer buffer, ErrorCode& error) {
  return socket_.read_some(buffer, error);
}

std::size_t Transport::try_write(const Pieces& pieces, ErrorCode& error) {
  return socket_.write_some(pieces, error);
}

Task<> Transport::handshake() {
  co_return;
}

void Transport::end_writing() {
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

Task<> Transport::wait(Socket::wait_type what) {
  co_await socket_.async_wait(what, use_task);
}

Task<std::size_t> Transport::read(boost::asio::mutable_buffer buffer, ErrorCode& error) {
  if (!secure()) {
    const auto [failure, count] = co_await socket_.async_read_some(buffer, as_result);
    error = failure;
    co_return count;
  }
  for (;;) {
    const std::size_t count = try_read(buffer, error);
    if (count > 0 || error != boost::asio::error::would_block) co_return count;
    const auto [failure] = co_await socket_.async_wait(read_waits_for_, as_result);
    error = failure;
    if (failure) co_return 0;
  }
}

Task<> Transport::wait_readable() {
  return wait(read_waits_for_);
}

Task<> Transport::wait_writable() {
  return wait(write_waits_for_);
}

void Transport::async_wait_writable(std::function<void(ErrorCode)> done) {
  socket_.async_wait(write_waits_for_, std::move(done));
}

bool Transport::hung_up() {
  if (!socket_.is_open()) return true;
#ifdef POLLRDHUP
  constexpr short kPeerClosed = POLLRDHUP;
#else
  constexpr short kPeerClosed = 0;
#endif
  pollfd state{socket_.native_handle(), kPeerClosed, 0};
  if (::poll(&state, 1, 0) > 0) return true;  // POLLERR and POLLHUP are always reported
  char byte;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool Transport::quiet() {
  if (!socket_.is_open()) return false;
  char byte;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Transport::cancel() {
  ErrorCode ignored;
  socket_.cancel(ignored);
}

void Transport::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

}  // namespace bedplate::wire
