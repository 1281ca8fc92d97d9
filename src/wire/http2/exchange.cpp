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
  started_ = true;
  co_return;
}

Task<> Exchange::write(std::string bytes) {
  if (!started_ || ended_) throw std::logic_error("a body was written outside of a response");
  check_open();
  if (bytes.empty()) co_return;
  connection_.session_.write(id_, std::move(bytes), false);
  co_await wait_until_taken();
}

Task<> Exchange::finish(std::string last) {
  if (!started_ || ended_) throw std::logic_error("a response was ended twice or not begun");
  check_open();
  connection_.session_.write(id_, std::move(last), true);
  ended_ = true;
  co_await wait_until_taken();
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
  if (connection_.session_.bytes_taken(id_) >= taken_at_extension_ + kProgressBytes) {
    if (!write_deadline_.cleared()) extend_deadline();
  } else if (write_deadline_.passed(now)) {
    write_deadline_.clear();
    connection_.session_.reset(id_);
    on_closed(true);
  }
}

}  // namespace bedplate::wire::http2
