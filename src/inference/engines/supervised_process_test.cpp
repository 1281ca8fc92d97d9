#include "inference/engines/supervised_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <future>

#include "base/log.hpp"

namespace bedplate::inference {
namespace {

using namespace std::chrono_literals;
using Kind = EngineError::Kind;

/// A child that ends when the test says so, or at the signals it is said to obey.
class FakeChild final : public Child, public std::enable_shared_from_this<FakeChild> {
 public:
  FakeChild(pid_t pid, Executor home) : pid_(pid), home_(home), ended_(home) {
    ended_.expires_at(Timer::time_point::max());
  }
  pid_t pid() const override { return pid_; }
  void signal(int number) override {
    {
      const std::lock_guard lock(mutex_);
      signals_.push_back(number);
    }
    if (number == SIGKILL || !ignores_terminate) end("was ended");
  }
  Task<std::string> wait() override {
    co_await ended_.async_wait(as_result);
    const std::lock_guard lock(mutex_);
    if (!done_) throw boost::system::system_error(boost::asio::error::operation_aborted);
    co_return how_;
  }
  bool wait_blocking(std::chrono::milliseconds) override {
    const std::lock_guard lock(mutex_);
    return done_;
  }
  void end(const std::string& how) {
    const std::lock_guard lock(mutex_);
    done_ = true;
    how_ = how;
    boost::asio::post(
        home_, [self = shared_from_this()] { self->ended_.expires_at(Timer::time_point::min()); });
  }
  std::vector<int> signals() {
    const std::lock_guard lock(mutex_);
    return signals_;
  }
  bool ignores_terminate = false;

 private:
  pid_t pid_;
  Executor home_;
  Timer ended_;
  std::mutex mutex_;
  bool done_ = false;
  std::string how_;
  std::vector<int> signals_;
};

class FakeLauncher final : public ProcessLauncher {
 public:
  explicit FakeLauncher(Executor home) : home_(home) {}
  std::shared_ptr<Child> launch_blocking(const ChildCommand& command) override {
    if (!refusal.empty()) throw std::runtime_error(refusal);
    commands.push_back(command.arguments.at(0));
    children.push_back(std::make_shared<FakeChild>(static_cast<pid_t>(children.size() + 1), home_));
    ++launches;
    return children.back();
  }
  std::string refusal;
  std::vector<std::string> commands;
  std::vector<std::shared_ptr<FakeChild>> children;
  std::atomic<std::size_t> launches{0};  ///< what a test may look at while a launch is under way

 private:
  Executor home_;
};

class FakeProgram final : public SupervisedProgram {
 public:
  Task<ChildCommand> prepare() override {
    if (refusal) throw *refusal;
    co_return ChildCommand{.arguments = {"program"}};
  }
  Task<bool> answers() override { co_return answering; }
  std::string ended(const std::string& how, bool while_starting) override {
    return how + (while_starting ? " while starting" : "");
  }
  void over() override { ++overs; }
  void before_end() override { ++ends; }

  std::optional<EngineError> refusal;
  bool answering = true;
  int overs = 0;
  std::atomic<int> ends{0};
};

/// Everything runs on one loop that the test turns; only the launch has a thread of its own.
class SupervisedProcessTest : public testing::Test {
 protected:
  SupervisedProcessTest() : launcher(std::make_shared<FakeLauncher>(context.get_executor())) {
    log::set_level(log::Level::kOff);
    make({});
  }
  ~SupervisedProcessTest() override {
    stop_for_good();
    log::set_level(log::Level::kInfo);
  }

  void stop_for_good() {
    auto stopping = std::async(std::launch::async, [this] { process->stop_blocking(); });
    turn_until([&] { return stopping.wait_for(0s) == std::future_status::ready; });
  }

  void make(SupervisionLimits limits) {
    process = std::make_shared<SupervisedProcess>(
        "test", program,
        SupervisedProcess::Means{context.get_executor(), &launching, launcher, limits});
    process->start_watching();
  }

  /// Turns the loop until `condition` holds.
  template <class Condition>
  void turn_until(Condition condition) {
    const auto limit = SteadyClock::now() + 20s;
    while (!condition()) {
      ASSERT_LT(SteadyClock::now(), limit);
      context.restart();
      context.run_one_for(100ms);
    }
  }
  void turn_until(ProcessState state) {
    turn_until([&] { return process->status().state == state; });
  }

  static Task<> ask(std::shared_ptr<SupervisedProcess> of, std::chrono::milliseconds limit) {
    co_await of->until_ready(SteadyClock::now() + limit);
  }
  /// What one request that needs the process gets; nothing when it gets a ready process.
  std::optional<EngineError> outcome_of_request(std::chrono::milliseconds limit = 20s) {
    bool done = false;
    std::optional<EngineError> failure;
    boost::asio::co_spawn(context, ask(process, limit), [&](const std::exception_ptr& problem) {
      done = true;
      try {
        if (problem) std::rethrow_exception(problem);
      } catch (const EngineError& error) {
        failure = error;
      }
    });
    turn_until([&] { return done; });
    return failure;
  }

  boost::asio::io_context context;
  BlockingPool launching{"launching", 1, 4};
  std::shared_ptr<FakeLauncher> launcher;
  FakeProgram program;
  std::shared_ptr<SupervisedProcess> process;
};

TEST_F(SupervisedProcessTest, StartsForTheFirstRequestOnly) {
  EXPECT_EQ(process->status().state, ProcessState::kStopped);
  EXPECT_FALSE(outcome_of_request());
  EXPECT_FALSE(outcome_of_request());
  EXPECT_EQ(launcher->commands, std::vector<std::string>{"program"});
  EXPECT_EQ(process->status().pid, 1);
  EXPECT_TRUE(process->is_ready());
}

TEST_F(SupervisedProcessTest, TellsWhyNothingCouldBePrepared) {
  program.refusal = EngineError(Kind::kBusy, "no memory");
  const auto failure = outcome_of_request();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kBusy);
  EXPECT_STREQ(failure->what(), "no memory");
  EXPECT_EQ(process->status().state, ProcessState::kFailed);
  program.refusal.reset();
  EXPECT_TRUE(outcome_of_request()) << "it tries again only after a while";
  EXPECT_TRUE(launcher->commands.empty());
}

TEST_F(SupervisedProcessTest, TellsWhyItCouldNotBeLaunched) {
  launcher->refusal = "cannot start program: No such file or directory";
  const auto failure = outcome_of_request();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kUnavailable);
  EXPECT_EQ(failure->what(), launcher->refusal);
  EXPECT_EQ(program.overs, 1);
}

TEST_F(SupervisedProcessTest, TellsWhyItEndedWhileStarting) {
  program.answering = false;
  process->want();
  turn_until([&] { return process->status().pid != 0; });
  launcher->children[0]->end("exited with status 1");
  turn_until(ProcessState::kFailed);
  const auto failure = outcome_of_request();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kUnavailable);
  EXPECT_STREQ(failure->what(), "exited with status 1 while starting");
}

TEST_F(SupervisedProcessTest, TriesAFailedStartAgainLater) {
  stop_for_good();
  make({.retry_after_failure = 0ms});
  launcher->refusal = "no";
  EXPECT_TRUE(outcome_of_request());
  launcher->refusal.clear();
  EXPECT_FALSE(outcome_of_request());
}

TEST_F(SupervisedProcessTest, LetsARequestWaitNoLongerThanItMay) {
  program.answering = false;
  const auto failure = outcome_of_request(1ms);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kNotReady);
  program.answering = true;
  EXPECT_FALSE(outcome_of_request());
  EXPECT_EQ(launcher->commands.size(), 1U) << "the start went on meanwhile";
}

// A crash is repaired without anybody asking, and who asks meanwhile waits for it.
TEST_F(SupervisedProcessTest, StartsAgainAfterACrash) {
  stop_for_good();
  make({.backoff_first = 1ms});
  EXPECT_FALSE(outcome_of_request());
  launcher->children[0]->end("was ended by signal 11");
  turn_until(ProcessState::kBackingOff);
  EXPECT_EQ(process->status().trouble, "was ended by signal 11");
  EXPECT_EQ(program.overs, 1);
  EXPECT_FALSE(outcome_of_request());
  EXPECT_EQ(launcher->commands.size(), 2U);
}

TEST_F(SupervisedProcessTest, KillsAHungProcess) {
  stop_for_good();
  make({.backoff_first = 1ms});
  EXPECT_FALSE(outcome_of_request());
  process->report_hung("no answer");
  EXPECT_EQ(launcher->children[0]->signals(), std::vector<int>{SIGKILL});
  turn_until([&] { return launcher->launches == 2 && process->is_ready(); });
}

TEST_F(SupervisedProcessTest, KillsAStartThatTakesTooLong) {
  stop_for_good();
  make({.start_timeout = 1ms});
  program.answering = false;
  const auto failure = outcome_of_request();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kUnavailable);
  EXPECT_STREQ(failure->what(), "it did not become ready in time");
}

TEST_F(SupervisedProcessTest, StopsStepByStep) {
  stop_for_good();
  make({.terminate_wait = 1ms, .kill_wait = 1ms});
  EXPECT_FALSE(outcome_of_request());
  launcher->children[0]->ignores_terminate = true;
  process->stop();
  turn_until(ProcessState::kStopped);
  EXPECT_EQ(launcher->children[0]->signals(), (std::vector<int>{SIGTERM, SIGTERM, SIGKILL}));
  EXPECT_EQ(program.ends, 3);
  EXPECT_FALSE(outcome_of_request()) << "and starts again when needed";
}

// The order to end may come before the fork is done.
TEST_F(SupervisedProcessTest, StopsAChildWhoseLaunchIsStillUnderWay) {
  process->want();
  process->stop();
  turn_until(ProcessState::kStopped);
  for (const auto& child : launcher->children) EXPECT_EQ(child->signals().front(), SIGTERM);
}

TEST_F(SupervisedProcessTest, DoesNotStartAfterItsEnd) {
  EXPECT_FALSE(outcome_of_request());
  stop_for_good();
  EXPECT_EQ(launcher->children[0]->signals(), std::vector<int>{SIGTERM});
  const auto failure = outcome_of_request();
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, Kind::kUnavailable);
}

}  // namespace
}  // namespace bedplate::inference
