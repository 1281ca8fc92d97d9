#include "inference/engines/deadline.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;

enum class Outcome { kPending, kDone, kExpired, kFailed, kCancelled };

Task<> at_once() {
  co_return;
}
Task<> failing() {
  throw std::runtime_error("broken");
  co_return;
}
/// Waits for ever, and notes that it was cancelled.
Task<> endless(bool& cancelled) {
  Timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_at(Timer::time_point::max());
  auto [error] = co_await timer.async_wait(as_result);
  cancelled = error == boost::asio::error::operation_aborted;
  throw boost::system::system_error(error);
}

Task<> note_outcome(const Deadline& deadline, Task<> work, Outcome& outcome) {
  try {
    const bool done = co_await run_until(deadline, std::move(work));
    outcome = done ? Outcome::kDone : Outcome::kExpired;
  } catch (const boost::system::system_error& problem) {
    outcome = problem.code() == boost::asio::error::operation_aborted ? Outcome::kCancelled
                                                                      : Outcome::kFailed;
  } catch (const std::runtime_error&) {
    outcome = Outcome::kFailed;
  }
}

class DeadlineTest : public testing::Test {
 protected:
  void start(const Deadline& deadline, Task<> work) {
    boost::asio::co_spawn(context, note_outcome(deadline, std::move(work), outcome),
                          boost::asio::bind_cancellation_slot(signal.slot(), [](auto) {}));
  }
  boost::asio::io_context context;
  boost::asio::cancellation_signal signal;
  Outcome outcome{};
  bool cancelled = false;
};

TEST_F(DeadlineTest, LetsWorkEnd) {
  const Deadline deadline(1h);
  start(deadline, at_once());
  context.run();  // returns at once: nothing of the hour is waited for
  EXPECT_EQ(outcome, Outcome::kDone);
}

TEST_F(DeadlineTest, PassesFailuresOn) {
  const Deadline deadline(1h);
  start(deadline, failing());
  context.run();
  EXPECT_EQ(outcome, Outcome::kFailed);
}

TEST_F(DeadlineTest, CancelsWorkThatIsLate) {
  const Deadline deadline(0ms);
  start(deadline, endless(cancelled));
  context.run();
  EXPECT_EQ(outcome, Outcome::kExpired);
  EXPECT_TRUE(cancelled);
}

TEST_F(DeadlineTest, WaitsWhileItIsSuspended) {
  Deadline deadline(0ms);
  deadline.suspend();
  start(deadline, endless(cancelled));
  context.poll();
  EXPECT_EQ(outcome, Outcome::kPending);
  EXPECT_FALSE(cancelled);
  signal.emit(boost::asio::cancellation_type::terminal);
  context.run();
}

TEST_F(DeadlineTest, PassesCancellationToTheWork) {
  const Deadline deadline(1h);
  start(deadline, endless(cancelled));
  boost::asio::post(context, [this] { signal.emit(boost::asio::cancellation_type::terminal); });
  context.run();
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace bedplate::inference
