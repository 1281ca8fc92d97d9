// The bodies of requests that their handlers read piece by piece. A handler that does not read
// leaves the bytes in the socket, which holds the client back.
#include <boost/asio/post.hpp>

#include "wire/http1/connection.hpp"

namespace bedplate::wire::http1 {
namespace {

namespace asio = boost::asio;
using State = RequestDecoder::State;

}  // namespace

Task<std::string> Http1Connection::read_body() {
  if (body_broken_) throw errors::bad_request("The request body could not be read.");
  const bool awaited = decoder_.state() == State::kStream;
  if (awaited) co_await fill_piece();
  const bool ended_now = awaited && decoder_.state() == State::kDone;
  if (ended_now && exchange_ != nullptr) watch_for_hangup();
  co_return decoder_.take_piece();
}

// At least one byte, or the end; as much as has come, up to a piece.
Task<> Http1Connection::fill_piece() {
  while (decoder_.state() == State::kStream && !decoder_.piece_full()) {
    if (decoder_.take_expectation()) {
      Pieces pieces{"HTTP/1.1 100 Continue\r\n\r\n"};
      co_await send_all(pieces);
    }
    ErrorCode error;
    const std::size_t count = transport_->try_read(decoder_.prepare(), error);
    if (count > 0) {
      body_broken_ = true;  // unless commit() returns
      decoder_.commit(count);
      body_broken_ = false;
      if (++body_reads_ % kReadsInARowMax == 0) co_await asio::post(use_task);
      continue;
    }
    if (error != asio::error::would_block) {
      client_gone_ = true;
      throw boost::system::system_error(error);
    }
    if (decoder_.piece_bytes() > 0) co_return;
    co_await wait_for_body();
  }
}

Task<> Http1Connection::wait_for_body() {
  read_expired_ = false;
  read_deadline_.set(service_->limits.body_timeout);
  try {
    co_await transport_->wait_readable();
  } catch (const boost::system::system_error&) {
    if (!read_expired_) throw;
  }
  read_deadline_.clear();
  if (!read_expired_) co_return;
  body_broken_ = true;
  throw errors::request_timeout("The request body did not arrive in time.");
}

bool Http1Connection::body_can_be_drained() const {
  if (decoder_.state() != State::kStream) return !body_broken_;
  const std::optional<std::uint64_t> left = decoder_.left_bytes();
  return !body_broken_ && !decoder_.expects() && left && *left <= kUnreadBodyBytesMax;
}

Task<bool> Http1Connection::dispose_of_body(bool keep_alive) {
  if (decoder_.state() != State::kStream) co_return keep_alive && !body_broken_;
  if (!keep_alive || body_broken_) {
    read_deadline_.set(kLingerTimeout);
    co_await linger(*transport_);
    co_return false;
  }
  bool drained = false;
  try {
    while (decoder_.state() == State::kStream) {
      co_await fill_piece();
      decoder_.take_piece();
    }
    drained = true;
  } catch (const ApiError&) {
  } catch (const boost::system::system_error&) {
  }
  co_return drained;
}

}  // namespace bedplate::wire::http1
