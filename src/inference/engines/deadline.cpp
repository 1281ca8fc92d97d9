#include "inference/engines/deadline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <memory>

namespace bedplate::inference {
namespace {

namespace asio = boost::asio;

/// How late a deadline may be noticed that was moved nearer after the watch had gone to sleep.
constexpr std::chrono::milliseconds kLookInterval{1'000};

/// Cancels work when its deadline has passed. A timer that calls back costs a request far less than
/// a second coroutine does. Shared with the timer's callback, which may be under way at the end.
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(const Executor& executor, const Deadline& deadline)
      : timer_(executor), deadline_(&deadline) {}

  asio::cancellation_slot slot() { return stop_work_.slot(); }
  void stop_work(asio::cancellation_type how) { stop_work_.emit(how); }
  bool expired() const { return expired_; }

  /// Sleeps until the deadline, or until it is time to see whether that was moved nearer. Never
  /// calls back at once: the work may not be there yet to be cancelled.
  void sleep() {
    timer_.expires_at(std::min(deadline_->at(), SteadyClock::now() + kLookInterval));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      if (self->deadline_) self->look();
    });
  }

  /// The work has ended; the deadline may go.
  void end() {
    deadline_ = nullptr;
    timer_.cancel();
  }

 private:
  void look() {
    if (SteadyClock::now() < deadline_->at()) return sleep();
    expired_ = true;
    stop_work_.emit(asio::cancellation_type::terminal);
  }

  Timer timer_;
  const Deadline* deadline_;
  asio::cancellation_signal stop_work_;
  bool expired_ = false;
};

}  // namespace

Task<bool> run_until(const Deadline& deadline, Task<> work) {
  const Executor executor = co_await asio::this_coro::executor;
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  const auto watch = std::make_shared<Watch>(executor, deadline);
  // The work has the watch's slot, so that what cancels us has to be handed on.
  asio::cancellation_slot ours = cancellation.slot();
  if (ours.is_connected()) {
    ours.assign([watch](asio::cancellation_type how) { watch->stop_work(how); });
  }
  watch->sleep();
  const auto [failure] = co_await asio::co_spawn(
      executor, std::move(work), asio::bind_cancellation_slot(watch->slot(), as_result));
  watch->end();
  if (ours.is_connected()) ours.clear();
  if (!failure) co_return true;
  if (watch->expired()) co_return false;
  std::rethrow_exception(failure);
}

}  // namespace bedplate::inference
