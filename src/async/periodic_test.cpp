#include "async/periodic.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "async/io_pool.hpp"

namespace bedplate {
namespace {

constexpr std::chrono::milliseconds kShort{1};

struct Count {
  std::atomic<int> begun = 0;
  std::atomic<int> running = 0;
  std::atomic<bool> overlapped = false;

  void wait_for(int times) const {
    for (int seen = begun; seen < times; seen = begun) begun.wait(seen);
  }
};

Task<> work_for(Count& count, std::chrono::milliseconds time) {
  if (++count.running > 1) count.overlapped = true;
  Timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(time);
  ++count.begun;
  count.begun.notify_all();
  co_await timer.async_wait(as_result);
  --count.running;
}

Task<> fail_at_odd_times(Count& count) {
  const int time = ++count.begun;
  count.begun.notify_all();
  if (time % 2 == 1) throw std::runtime_error("as it must");
  co_return;
}

class PeriodicTest : public testing::Test {
 protected:
  PeriodicTest() : loops_(1) {}
  ~PeriodicTest() override { loops_.stop(); }

  IoPool loops_;
  Count count_;
};

TEST_F(PeriodicTest, WorksAgainAndAgainOneAtATime) {
  Periodic periodic("test", kShort);
  periodic.start(loops_.executor(0), [this] { return work_for(count_, kShort); });
  count_.wait_for(3);
  periodic.stop_blocking();
  EXPECT_EQ(count_.running, 0);
  EXPECT_FALSE(count_.overlapped);
  const int begun = count_.begun;
  periodic.stop_blocking();
  EXPECT_EQ(count_.begun, begun) << "it went on after its end";
}

TEST_F(PeriodicTest, AFailureEndsNothing) {
  Periodic periodic("test", kShort);
  periodic.start(loops_.executor(0), [this] { return fail_at_odd_times(count_); });
  count_.wait_for(4);
}

TEST_F(PeriodicTest, StoppingCutsTheWorkShort) {
  Periodic periodic("test", kShort);
  periodic.start(loops_.executor(0), [this] { return work_for(count_, std::chrono::hours(1)); });
  count_.wait_for(1);
  periodic.stop_blocking();
  EXPECT_EQ(count_.begun, 1);
  EXPECT_EQ(count_.running, 0);
}

TEST_F(PeriodicTest, NeedNeverStart) {
  Periodic periodic("test", kShort);
  periodic.stop_blocking();
}

}  // namespace
}  // namespace bedplate
