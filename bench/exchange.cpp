#include "exchange.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace bedplate::bench {
namespace {

constexpr std::size_t kHeaderBytesMax = 16 * 1024;

}  // namespace

Exchange::Exchange(Poller& poller, const wire::Endpoint& endpoint, void* tag)
    : poller_(poller), endpoint_(endpoint), tag_(tag) {}

void Exchange::connect() {
  socket_ = connect_to(endpoint_);
  poller_.add(socket_, EPOLLIN | EPOLLOUT, tag_);
  waits_to_write_ = true;
}

void Exchange::begin(const std::string& request) {
  request_ = &request;
  sent_bytes_ = 0;
  decoder_.emplace(kHeaderBytesMax, false);
  reused_ = socket_.is_open();
  if (reused_) {
    send_rest();  // should it fail, the next event tells
  } else {
    connect();
  }
}

/// False when the peer is gone. What does not fit is sent when the socket says so.
bool Exchange::send_rest() {
  while (sent_bytes_ < request_->size()) {
    const ssize_t count = send(socket_.number(), request_->data() + sent_bytes_,
                               request_->size() - sent_bytes_, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (count < 0) break;
    sent_bytes_ += static_cast<std::size_t>(count);
  }
  const bool wait = sent_bytes_ < request_->size();
  if (wait != waits_to_write_) {
    waits_to_write_ = wait;
    poller_.change(socket_, wait ? EPOLLIN | EPOLLOUT : EPOLLIN, tag_);
  }
  return true;
}

/// False when the connection has ended too early.
bool Exchange::receive() {
  const boost::asio::mutable_buffer room = decoder_->prepare();
  const ssize_t count = recv(socket_.number(), room.data(), room.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) {
    decoder_->commit_end();
    return true;
  }
  decoder_->commit(static_cast<std::size_t>(count));
  return true;
}

}  // namespace bedplate::bench
