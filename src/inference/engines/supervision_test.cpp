#include "inference/engines/supervision.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
using Order = ProcessOrder;
using State = ProcessState;

class SupervisionTest : public testing::Test {
 protected:
  SupervisionTest() : machine(limits) {}

  void become_ready() {
    ASSERT_EQ(machine.wanted(now), Order::kLaunch);
    machine.ready(now);
    ASSERT_EQ(machine.state(), State::kReady);
  }
  /// Lets the time come that the machine waits for.
  Order wait_for_tick() {
    EXPECT_TRUE(machine.next_tick());
    EXPECT_GE(*machine.next_tick(), now);
    now = *machine.next_tick();
    return machine.tick(now);
  }

  SupervisionLimits limits;
  Supervision machine;
  Supervision::Time now{1h};
};

TEST_F(SupervisionTest, StartsWhenFirstWanted) {
  EXPECT_EQ(machine.state(), State::kStopped);
  EXPECT_FALSE(machine.next_tick());
  EXPECT_EQ(machine.wanted(now), Order::kLaunch);
  EXPECT_EQ(machine.state(), State::kStarting);
  EXPECT_EQ(machine.wanted(now), Order::kNone) << "one launch for all who wait";
  machine.ready(now);
  EXPECT_EQ(machine.state(), State::kReady);
  EXPECT_FALSE(machine.next_tick());
  EXPECT_EQ(machine.wanted(now), Order::kNone);
}

TEST_F(SupervisionTest, FailsWhenTheStartFails) {
  machine.wanted(now);
  EXPECT_EQ(machine.exited(now, "not GGUF"), Order::kNone);
  EXPECT_EQ(machine.state(), State::kFailed);
  EXPECT_EQ(machine.trouble(), "not GGUF");
  EXPECT_FALSE(machine.next_tick()) << "a failed start is tried again only for somebody";
}

TEST_F(SupervisionTest, TriesAFailedStartAgainButNotInATightLoop) {
  machine.wanted(now);
  machine.exited(now, "no");
  EXPECT_EQ(machine.wanted(now), Order::kNone);
  now += limits.retry_after_failure - 1ms;
  EXPECT_EQ(machine.wanted(now), Order::kNone);
  now += 1ms;
  EXPECT_EQ(machine.wanted(now), Order::kLaunch);
  EXPECT_EQ(machine.state(), State::kStarting);
}

TEST_F(SupervisionTest, KillsAStartThatTakesTooLong) {
  machine.wanted(now);
  EXPECT_EQ(wait_for_tick(), Order::kKill);
  machine.ready(now);
  EXPECT_NE(machine.state(), State::kReady) << "it is already being killed";
  machine.exited(now, "was killed");
  EXPECT_EQ(machine.state(), State::kFailed);
  EXPECT_EQ(machine.trouble(), "it did not become ready in time");
}

TEST_F(SupervisionTest, StartsAgainAfterACrashWithGrowingPauses) {
  become_ready();
  std::chrono::milliseconds expected = limits.backoff_first;
  for (int crash = 0; crash < 20; ++crash) {
    machine.exited(now, "crash");
    ASSERT_EQ(machine.state(), State::kBackingOff);
    EXPECT_EQ(machine.wanted(now), Order::kNone) << "requests do not shorten the pause";
    EXPECT_EQ(*machine.next_tick() - now, expected);
    ASSERT_EQ(wait_for_tick(), Order::kLaunch);
    now += 1s;
    machine.ready(now);
    expected = std::min(expected * 2, limits.backoff_max);
  }
  EXPECT_EQ(expected, limits.backoff_max);
}

TEST_F(SupervisionTest, ForgetsCrashesOnceItWasStable) {
  become_ready();
  machine.exited(now, "crash");
  wait_for_tick();
  machine.ready(now);
  now += limits.stable_after;
  machine.exited(now, "crash");
  EXPECT_EQ(*machine.next_tick() - now, limits.backoff_first);
}

TEST_F(SupervisionTest, DoesNotGoBeforeThePauseIsOver) {
  become_ready();
  machine.exited(now, "crash");
  EXPECT_EQ(machine.tick(now), Order::kNone);
  EXPECT_EQ(machine.state(), State::kBackingOff);
}

TEST_F(SupervisionTest, KillsAndRestartsAHungProcess) {
  become_ready();
  EXPECT_EQ(machine.hung("no answer"), Order::kKill);
  EXPECT_EQ(machine.hung("no answer"), Order::kNone) << "once is enough";
  EXPECT_TRUE(machine.dying());
  machine.exited(now, "was killed");
  EXPECT_EQ(machine.state(), State::kBackingOff);
  EXPECT_EQ(machine.trouble(), "no answer");
  EXPECT_EQ(wait_for_tick(), Order::kLaunch);
  EXPECT_FALSE(machine.dying());
  machine.ready(now);
  EXPECT_EQ(machine.state(), State::kReady);
}

// SIGTERM, SIGTERM again, SIGKILL: see "Supervising it" in docs on llama-server.
TEST_F(SupervisionTest, StopsInThreeSteps) {
  become_ready();
  EXPECT_EQ(machine.stop(now), Order::kTerminate);
  EXPECT_EQ(machine.state(), State::kStopping);
  EXPECT_EQ(machine.stop(now), Order::kNone);
  EXPECT_EQ(*machine.next_tick() - now, limits.terminate_wait);
  EXPECT_EQ(wait_for_tick(), Order::kTerminate);
  EXPECT_EQ(*machine.next_tick() - now, limits.kill_wait);
  EXPECT_EQ(wait_for_tick(), Order::kKill);
  EXPECT_TRUE(machine.running());
  EXPECT_EQ(machine.exited(now, "was killed"), Order::kNone);
  EXPECT_EQ(machine.state(), State::kStopped);
  EXPECT_EQ(machine.trouble(), "") << "that was intended";
  EXPECT_FALSE(machine.next_tick());
}

TEST_F(SupervisionTest, StopsWhileStarting) {
  machine.wanted(now);
  EXPECT_EQ(machine.stop(now), Order::kTerminate);
  machine.ready(now);
  EXPECT_EQ(machine.state(), State::kStopping);
  machine.exited(now, "ended");
  EXPECT_EQ(machine.state(), State::kStopped);
}

TEST_F(SupervisionTest, StopsWithoutAProcessAtOnce) {
  become_ready();
  machine.exited(now, "crash");
  EXPECT_EQ(machine.stop(now), Order::kNone);
  EXPECT_EQ(machine.state(), State::kStopped);
  EXPECT_FALSE(machine.next_tick());

  machine.wanted(now);
  machine.exited(now, "no");
  EXPECT_EQ(machine.stop(now), Order::kNone);
  EXPECT_EQ(machine.state(), State::kStopped);
}

TEST_F(SupervisionTest, StartsAgainWhenWantedWhileStopping) {
  become_ready();
  machine.stop(now);
  EXPECT_EQ(machine.wanted(now), Order::kNone);
  EXPECT_EQ(machine.exited(now, "ended"), Order::kLaunch);
  EXPECT_EQ(machine.state(), State::kStarting);
}

TEST_F(SupervisionTest, StaysStoppedWhenStoppedAfterAll) {
  become_ready();
  machine.stop(now);
  machine.wanted(now);
  machine.stop(now);
  EXPECT_EQ(machine.exited(now, "ended"), Order::kNone);
  EXPECT_EQ(machine.state(), State::kStopped);
}

}  // namespace
}  // namespace bedplate::inference
