#include "wire/http1/connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <cstring>

#include "base/log.hpp"
#include "wire/http1/exchange.hpp"

namespace bedplate::wire::http1 {
namespace {

namespace asio = boost::asio;

}  // namespace

Http1Connection::Http1Connection(std::shared_ptr<Service> service,
                                 std::unique_ptr<Transport> transport, std::string peer_address,
                                 std::string received, Deadline header_deadline)
    : service_(std::move(service)),
      transport_(std::move(transport)),
      peer_address_(std::move(peer_address)),
      received_(std::move(received)),
      decoder_(service_->limits, service_->streams_body),
      body_account_(service_),
      first_header_deadline_(header_deadline) {}

Task<> Http1Connection::serve() {
  bool more = true;
  while (more) more = co_await serve_one();
  transport_->end_writing();
  transport_->close();
}

Task<> Http1Connection::serve_refusal(ApiError error) {
  co_await refuse(std::move(error));
  transport_->close();
}

Task<bool> Http1Connection::serve_one() {
  std::optional<ApiError> refusal;
  const bool complete = co_await read_request(refusal);
  if (refusal) {
    co_await refuse(*refusal);
    co_return false;
  }
  if (!complete) co_return false;
  const bool more = co_await answer(decoder_.take());
  co_return more;
}

// True with a request in the decoder, false when the connection is over; `refusal` is what to tell
// the client before it is.
Task<bool> Http1Connection::read_request(std::optional<ApiError>& refusal) {
  phase_ = Phase::kIdle;
  set_read_deadline();
  if (!received_.empty()) {
    const auto room = decoder_.prepare();
    std::memcpy(room.data(), received_.data(), received_.size());
    commit(std::exchange(received_, {}).size(), refusal);
  }
  using State = RequestDecoder::State;
  const auto complete = [this] {
    return decoder_.state() == State::kDone || decoder_.state() == State::kStream;
  };
  for (int reads = 1; !refusal && !complete(); ++reads) {
    if (decoder_.take_expectation()) {
      Pieces pieces{"HTTP/1.1 100 Continue\r\n\r\n"};
      co_await send_all(pieces);
    }
    ErrorCode error;
    const std::size_t count = transport_->try_read(decoder_.prepare(), error);
    if (count > 0) {
      commit(count, refusal);
      if (reads % kReadsInARowMax == 0) co_await asio::post(use_task);
      continue;
    }
    if (error != asio::error::would_block) co_return false;
    if (decoder_.idle()) {
      decoder_.release_buffer();
      if (draining()) co_return false;
    }
    try {
      co_await transport_->wait_readable();
    } catch (const boost::system::system_error&) {
      if (!read_expired_) co_return false;
      refusal = timeout_error();
      if (!refusal) co_return false;
    }
  }
  read_deadline_.clear();
  co_return !refusal;
}

void Http1Connection::commit(std::size_t bytes, std::optional<ApiError>& refusal) {
  try {
    decoder_.commit(bytes);
    if (!body_account_.hold(decoder_.body_bytes())) refusal = too_many_bodies();
  } catch (const ApiError& error) {
    refusal = error;
  }
  set_read_deadline();
}

// The header's deadline is fixed when its first byte has come, so that a byte now and then does not
// keep a connection open; the body's starts anew with every piece.
void Http1Connection::set_read_deadline() {
  if (decoder_.state() == RequestDecoder::State::kBody) {
    phase_ = Phase::kBody;
    read_deadline_.set(service_->limits.body_timeout);
  } else if (!decoder_.idle() && phase_ != Phase::kHead) {
    phase_ = Phase::kHead;
    read_deadline_ = std::exchange(first_header_deadline_, Deadline());
    if (read_deadline_.cleared()) read_deadline_.set(service_->limits.header_timeout);
  } else if (phase_ == Phase::kIdle) {
    read_deadline_.set(service_->limits.idle_timeout);
  }
}

std::optional<ApiError> Http1Connection::timeout_error() const {
  switch (phase_) {
    case Phase::kHead:
      return errors::request_timeout("The request header did not arrive in time.");
    case Phase::kBody:
      return errors::request_timeout("The request body did not arrive in time.");
    case Phase::kIdle:
    case Phase::kAnswer:
      break;
  }
  return std::nullopt;
}

Task<bool> Http1Connection::answer(Request request) {
  phase_ = Phase::kAnswer;
  request.secure = transport_->secure();
  request.tls = transport_->tls_facts();
  request.peer_address = peer_address_;
  RequestBody body(*this);
  if (decoder_.streamed()) request.body_reader = &body;
  Exchange exchange(*this, {.http10 = decoder_.is_http10(),
                            .head_method = request.method == "HEAD",
                            .keep_alive = decoder_.keep_alive()});
  decoder_.release_buffer();
  exchange_ = &exchange;
  // A reader of the body notices by itself that the client goes.
  if (decoder_.state() == RequestDecoder::State::kDone) watch_for_hangup();
  const std::exception_ptr failure =
      co_await run_handler(service_, std::move(request), exchange, cancel_handler_);
  exchange_ = nullptr;
  body_account_.hold(0);
  ++watch_id_;
  poll_for_hangup_ = false;
  cancel_watch_.emit(asio::cancellation_type::terminal);

  const bool more = co_await settle(exchange, failure);
  co_return more;
}

// True when the connection is fit for another request.
Task<bool> Http1Connection::settle(Exchange& exchange, std::exception_ptr failure) {
  if (client_gone_) co_return false;
  if (failure) {
    log_handler_failure(failure);
  } else if (!exchange.started()) {
    log::error("a handler ended without a response");
  }
  if (!exchange.started()) {
    Response response = service_->render_error(errors::internal_server(), {});
    co_await exchange.send(std::move(response));
  }
  const bool goes_on = co_await dispose_of_body(exchange.keep_alive());
  if (!goes_on) co_return false;
  phase_ = Phase::kIdle;
  std::optional<ApiError> refusal;
  try {
    decoder_.next();
  } catch (const ApiError& error) {
    refusal = error;
  }
  if (refusal) co_await refuse(*refusal);
  co_return !refusal;
}

Task<> Http1Connection::refuse(ApiError error) {
  Response response = service_->render_error(error, decoder_.target());
  const std::string head = format_head(
      response.head, {Framing::Kind::kLength, response.body.size()}, /*keep_alive=*/false);
  Pieces pieces{head, response.body};
  co_await send_all(pieces);
  read_deadline_.set(kLingerTimeout);
  co_await linger(*transport_);
}

Task<> Http1Connection::send_all(Pieces pieces) {
  while (!pieces.empty()) {
    ErrorCode error;
    const std::size_t count = transport_->try_write(pieces, error);
    if (count > 0) {
      pieces.advance(count);
      continue;
    }
    if (error != asio::error::would_block) throw boost::system::system_error(error);
    write_deadline_.set(service_->limits.write_timeout);
    co_await transport_->wait_writable();
    write_deadline_.clear();
  }
}

void Http1Connection::watch_for_hangup() {
  auto self = std::static_pointer_cast<Http1Connection>(shared_from_this());
  transport_->socket().async_wait(
      Socket::wait_read,
      asio::bind_cancellation_slot(cancel_watch_.slot(),
                                   [self, id = ++watch_id_](const ErrorCode& error) {
                                     if (!error && id == self->watch_id_) self->on_readable();
                                   }));
}

void Http1Connection::on_readable() {
  if (transport_->hung_up()) {
    on_client_gone();
  } else {
    poll_for_hangup_ = true;
  }
}

void Http1Connection::on_client_gone() {
  client_gone_ = true;
  poll_for_hangup_ = false;
  cancel_handler_.emit(asio::cancellation_type::terminal);
}

void Http1Connection::drain() {
  if (phase_ == Phase::kIdle) {
    read_expired_ = true;
    transport_->cancel();
  }
}

void Http1Connection::abort() {
  transport_->close();
  on_client_gone();
}

void Http1Connection::on_tick(SteadyClock::time_point now) {
  if (read_deadline_.passed(now)) {
    read_deadline_.clear();
    read_expired_ = true;
    transport_->cancel();
  }
  if (write_deadline_.passed(now)) {
    write_deadline_.clear();
    abort();
  }
  if (poll_for_hangup_ && transport_->hung_up()) on_client_gone();
  if (exchange_) exchange_->flush_head();
}

}  // namespace bedplate::wire::http1
