#include "observe/audit_trail.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "observe/event_parameters.hpp"

namespace bedplate::observe {

AuditTrail::AuditTrail(const AuditOptions& options, std::string key, AuditOrigin origin,
                       const Clock& clock)
    : options_(options),
      origin_(std::move(origin)),
      clock_(clock),
      log_(options.log, std::move(key), clock.now()) {
  thread_ = std::thread([this] { run_blocking(); });
}

AuditTrail::~AuditTrail() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::size_t AuditTrail::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::uint64_t AuditTrail::record(std::string event) {
  std::uint64_t ticket = 0;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < options_.queue_max) {
      first = queue_.empty();
      queue_.push_back(std::move(event));
      ticket = ++recorded_;
    }
  }
  if (ticket == 0) {
    if (lost_.fetch_add(1) == 0) log::error("the audit log does not keep up: events are lost");
    if (options_.refuse_on_failure) failing_ = true;
  }
  // The thread looks at the queue before it waits, so only its first event needs to wake it.
  if (first) changed_.notify_one();
  return ticket;
}

Task<> AuditTrail::until_written(std::uint64_t ticket) {
  if (!options_.sync || ticket == 0) co_return;
  struct State {
    explicit State(Executor executor) : done(executor) {}
    Timer done;
    bool finished = false;
  };
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  state->done.expires_at(Timer::time_point::max());
  {
    const std::lock_guard lock(mutex_);
    if (kept_ >= ticket || failing_) co_return;
    waiters_.push_back({ticket, [state, executor]() mutable {
                          // The last owner is the loop, as in async/blocking_pool.hpp.
                          boost::asio::post(executor, [state = std::move(state)] {
                            state->finished = true;
                            state->done.expires_at(Timer::time_point::min());
                          });
                        }});
  }
  std::ignore = co_await state->done.async_wait(as_result);
  if (!state->finished) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

/// Fills the batch, waiting until there is something to do, at most until `turn` when something was
/// left from before. False when it is time to end.
bool AuditTrail::take_blocking(SteadyClock::time_point turn) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || (batch_.empty() && !queue_.empty()); };
  if (unsynced_ || !batch_.empty() || !own_batch_.empty()) {
    changed_.wait_until(lock, turn, ready);
  } else {
    changed_.wait(lock, ready);
  }
  if (batch_.empty()) batch_.swap(queue_);
  return !stopping_;
}

void AuditTrail::run_blocking() {
  prepare_shown_members_blocking();
  note_own_events();
  SteadyClock::time_point turn = SteadyClock::now();
  for (bool going_on = true; going_on;) {
    going_on = take_blocking(turn);
    write_blocking();
    if (!going_on && !failing_) {
      // What came while that was written, and an account of what was lost.
      {
        const std::lock_guard lock(mutex_);
        batch_.swap(queue_);
      }
      write_blocking();
    }
    const auto now = SteadyClock::now();
    if (options_.sync || now >= turn || !going_on) {
      keep_blocking();
      turn = now + options_.sync_interval;
    }
  }
  if (!batch_.empty()) log::error("the audit log lacks its last {} events", batch_.size());
}

void AuditTrail::write_blocking() {
  const Timestamp now = clock_.now();
  const std::uint64_t lost = lost_;
  const bool tells_of_loss = lost > lost_told_;
  if (tells_of_loss) {
    own_batch_.push_back(
        own_event("AuditEventsLost", fmt::format(R"({{"count":{}}})", lost - lost_told_)));
  }
  if (batch_.empty() && own_batch_.empty()) return;
  std::string problem;
  for (std::vector<std::string>* events : {&own_batch_, &batch_}) {
    if (events->empty() || !problem.empty()) continue;
    AuditLog::Appended done = log_.append_blocking(*events, now);
    unsynced_ = unsynced_ || done.count > 0;
    if (events == &batch_) written_ += done.count;
    events->erase(events->begin(), events->begin() + static_cast<std::ptrdiff_t>(done.count));
    problem = std::move(done.problem);
  }
  if (tells_of_loss && own_batch_.empty()) {
    lost_told_ = lost;
  } else if (tells_of_loss) {
    own_batch_.pop_back();  // there may be more to tell of when the log is written again
  }
  note_own_events();
  if (problem.empty() != failing_) return;
  failing_ = !problem.empty();
  if (failing_) {
    log::error("the audit log cannot be written, its events wait: {}", problem);
    wake_waiters();
  } else {
    log::info("the audit log is written again");
  }
}

void AuditTrail::keep_blocking() {
  if (!unsynced_) return;
  unsynced_ = !log_.sync_blocking();
  if (unsynced_) failing_ = true;
  wake_waiters();
}

/// Those whose events are on the disk; all of them while it refuses.
void AuditTrail::wake_waiters() {
  std::vector<Waiter> done;
  {
    const std::lock_guard lock(mutex_);
    if (!unsynced_) kept_ = written_;
    std::vector<Waiter> waiting;
    for (Waiter& waiter : waiters_) {
      (waiter.ticket <= kept_ || failing_ ? done : waiting).push_back(std::move(waiter));
    }
    waiters_ = std::move(waiting);
  }
  for (Waiter& waiter : done) waiter.wake();
}

std::string AuditTrail::own_event(std::string_view name, std::string_view details) const {
  return fmt::format(
      R"({{"eventVersion":"1.11","userIdentity":{{"type":"AWSService","invokedBy":"bedplate"}},)"
      R"("eventTime":"{}","eventSource":"bedplate","eventName":"{}","awsRegion":"{}",)"
      R"("sourceIPAddress":"bedplate","userAgent":"bedplate","requestParameters":null,)"
      R"("responseElements":null,"eventID":"{}","readOnly":false,"eventType":"AwsServiceEvent",)"
      R"("managementEvent":true,"recipientAccountId":"{}","serviceEventDetails":{},)"
      R"("eventCategory":"Management"}})",
      format_iso8601_s(clock_.now()), name, origin_.region, random_uuid(), origin_.account_id,
      details);
}

void AuditTrail::note_own_events() {
  for (const AuditNotice& notice : log_.take_notices()) {
    log::warning("audit log: {} {}", notice.name, notice.details);
    own_batch_.push_back(own_event(notice.name, notice.details));
  }
}

}  // namespace bedplate::observe
