#include "wire/http2/exchange.hpp"

#include <stdexcept>

namespace bedplate::wire::http2 {
namespace {

// A client that opens its window by a byte now and then makes no progress worth waiting for.
constexpr std::uint64_t kProgressBytes = 4 * 1024;

}  // namespace

void Exchange::check_open() const {
  if (gone_) throw boost::system::system_error(boost::asio::error::connection_reset);
}

Task<> Exchange::send(Response response) {
  if (started_) throw std::logic_error("a response was begun twice");
  check_open();
  connection_.session_.respond(id_, response.head, std::move(response.body));
  started_ = ended_ = true;
  co_await wait_until_taken();
}

Task<> Exchange::start(ResponseHead head) {
  if (started_) throw std::logic_error("a response was begun twice");
  check_open();
  connection_.session_.start(id_, head);  // leaves with the first bytes, or with the next tick
  if (connection_.session_.takes_body(id_)) left_bytes_ = head.content_length;
  started_ = true;
  co_return;
}

Task<> Exchange::write(std::string bytes) {
  if (!started_ || ended_) throw std::logic_error("a body was written outside of a response");
  check_open();
  if (bytes.empty()) co_return;
  count_body(bytes.size());
  connection_.session_.write(id_, std::move(bytes), false);
  co_await wait_until_taken();
}

Task<> Exchange::finish(std::string last) {
  if (!started_ || ended_) throw std::logic_error("a response was ended twice or not begun");
  check_open();
  count_body(last.size());
  // The client must not take what came for the whole: the stream will be reset.
  if (left_bytes_.value_or(0) > 0) {
    throw std::logic_error("a response is shorter than it was said to be");
  }
  connection_.session_.write(id_, std::move(last), true);
  ended_ = true;
  co_await wait_until_taken();
}

void Exchange::count_body(std::size_t bytes) {
  if (!left_bytes_) return;
  if (bytes > *left_bytes_) {
    throw std::logic_error("a response is longer than it was said to be");
  }
  *left_bytes_ -= bytes;
}

Task<std::string> Exchange::read() {
  for (;;) {
    check_open();
    connection_.session_.continue_body(id_);
    const bool ended = connection_.session_.body_ended(id_);
    std::string piece = connection_.session_.take_body(id_);
    connection_.flush();  // the window that the piece has made
    if (!piece.empty() || ended) co_return piece;
    check_open();
    body_deadline_.set(connection_.service_->limits.body_timeout);
    co_await wake_.async_wait(as_result);
    body_deadline_.clear();
    if (body_late_) throw errors::request_timeout("The request body did not arrive in time.");
  }
}

Task<> Exchange::wait_until_taken() {
  connection_.flush();
  extend_deadline();
  while (!gone_ && !connection_.session_.taken(id_)) {
    co_await wake_.async_wait(as_result);  // ends when it is cancelled; then we look again
  }
  write_deadline_.clear();
  check_open();
}

void Exchange::extend_deadline() {
  taken_at_extension_ = connection_.session_.bytes_taken(id_);
  write_deadline_.set(connection_.service_->limits.write_timeout);
}

void Exchange::on_closed(bool broken) {
  if (broken || !ended_) {
    gone_ = true;
    cancel_.emit(boost::asio::cancellation_type::terminal);
  }
  wake_.cancel();
}

void Exchange::on_tick(SteadyClock::time_point now) {
  if (body_deadline_.passed(now)) {
    body_deadline_.clear();
    body_late_ = true;
    wake_.cancel();
  }
  if (connection_.session_.bytes_taken(id_) >= taken_at_extension_ + kProgressBytes) {
    if (!write_deadline_.cleared()) extend_deadline();
  } else if (write_deadline_.passed(now)) {
    write_deadline_.clear();
    connection_.session_.reset(id_);
    on_closed(true);
  }
}

}  // namespace bedplate::wire::http2
