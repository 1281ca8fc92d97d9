#include "inference/engines/supervised_process.hpp"

#include <signal.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <tuple>

#include "base/log.hpp"
#include "inference/engines/deadline.hpp"

namespace bedplate::inference {
namespace {

constexpr std::chrono::milliseconds kProbeTimeout{5'000};
constexpr std::chrono::milliseconds kProbePauseFirst{10};
constexpr std::chrono::milliseconds kProbePauseMax{250};
constexpr std::chrono::milliseconds kTasksEndTimeout{1'000};
/// At the server's end nobody waits for replies any more.
constexpr std::chrono::milliseconds kLastTerminateWait{500};

}  // namespace

struct SupervisedProcess::Waiter {
  explicit Waiter(Executor executor) : timer(executor) {}
  Timer timer;
};

/// Takes a waiter out of the list again, also when its task is cancelled.
struct SupervisedProcess::WaiterPlace {
  SupervisedProcess& process;
  std::shared_ptr<Waiter> waiter;
  ~WaiterPlace() {
    const std::lock_guard lock(process.mutex_);
    std::erase(process.waiters_, waiter);
  }
};

SupervisedProcess::SupervisedProcess(std::string name, SupervisedProgram& program, Means means)
    : name_(std::move(name)),
      program_(program),
      means_(std::move(means)),
      tasks_("engine " + name_),
      tick_timer_(means_.home),
      supervision_(means_.limits) {}

void SupervisedProcess::start_watching() {
  tasks_.spawn(means_.home, watch_ticks());
}

bool SupervisedProcess::is_ready() const {
  const std::lock_guard lock(mutex_);
  return supervision_.state() == ProcessState::kReady && !supervision_.dying() && !closed_;
}

SupervisedProcess::Status SupervisedProcess::status() const {
  const std::lock_guard lock(mutex_);
  return {supervision_.state(), supervision_.trouble(), child_ ? child_->pid() : 0,
          supervision_.crashes()};
}

void SupervisedProcess::want() {
  ProcessOrder order = ProcessOrder::kNone;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) order = supervision_.wanted(SteadyClock::now());
  }
  apply(order);
}

SupervisedProcess::Outcome SupervisedProcess::ask_for_it(Executor executor,
                                                         SteadyClock::time_point deadline,
                                                         bool again) {
  Outcome outcome;
  ProcessOrder order = ProcessOrder::kNone;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      outcome.failure.emplace(EngineError::Kind::kUnavailable, "The server is stopping.");
      return outcome;
    }
    // Who has waited for a start that failed is told so, and does not try the next one.
    const bool failed = again && supervision_.state() == ProcessState::kFailed;
    if (!failed) order = supervision_.wanted(SteadyClock::now());
    outcome.ready = supervision_.state() == ProcessState::kReady && !supervision_.dying();
    if (outcome.ready) return outcome;
    if (supervision_.state() == ProcessState::kFailed) {
      outcome.failure.emplace(trouble_kind_, supervision_.trouble());
      return outcome;
    }
    outcome.waiter = std::make_shared<Waiter>(executor);
    outcome.waiter->timer.expires_at(deadline);
    waiters_.push_back(outcome.waiter);
  }
  apply(order);
  return outcome;
}

Task<> SupervisedProcess::until_ready(SteadyClock::time_point deadline) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  for (bool again = false;; again = true) {
    Outcome outcome = ask_for_it(executor, deadline, again);
    if (outcome.ready) co_return;
    if (outcome.failure) throw *outcome.failure;
    const WaiterPlace place{*this, outcome.waiter};
    auto [error] = co_await outcome.waiter->timer.async_wait(as_result);
    std::ignore = error;
    if (SteadyClock::now() >= deadline) {
      throw EngineError(EngineError::Kind::kNotReady, "The model is still being loaded.");
    }
  }
}

void SupervisedProcess::wake_waiters() {
  std::vector<std::shared_ptr<Waiter>> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(waiters_);
  }
  for (auto& waiter : waiters) {
    boost::asio::post(waiter->timer.get_executor(),
                      [waiter] { waiter->timer.expires_at(Timer::time_point::min()); });
  }
}

/// The state may be another: whoever waits looks again, and so does the tick.
void SupervisedProcess::changed() {
  wake_waiters();
  boost::asio::post(means_.home, [self = weak_from_this()] {
    if (auto process = self.lock()) process->tick_timer_.cancel();
  });
}

void SupervisedProcess::apply(ProcessOrder order) {
  switch (order) {
    case ProcessOrder::kNone:
      return;
    case ProcessOrder::kLaunch:
      tasks_.spawn(means_.home, run_child());
      changed();
      return;
    case ProcessOrder::kTerminate:
    case ProcessOrder::kKill:
      break;
  }
  const int number = order == ProcessOrder::kKill ? SIGKILL : SIGTERM;
  program_.before_end();
  std::shared_ptr<Child> child;
  {
    const std::lock_guard lock(mutex_);
    child = child_;
    if (!child) owed_signal_ = number;
  }
  if (child) child->signal(number);
  changed();
}

void SupervisedProcess::launch_blocking(const ChildCommand& command) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) throw std::runtime_error("the server is stopping");
  }
  std::shared_ptr<Child> child = means_.launcher->launch_blocking(command);
  const std::lock_guard lock(mutex_);
  if (closed_) owed_signal_ = SIGKILL;
  if (owed_signal_ != 0) child->signal(std::exchange(owed_signal_, 0));
  child_ = std::move(child);
}

/// Returns what went wrong, or nothing.
Task<std::string> SupervisedProcess::launch() {
  EngineError::Kind kind = EngineError::Kind::kUnavailable;
  std::string trouble;
  try {
    ChildCommand command = co_await program_.prepare();
    auto fork = [self = shared_from_this(), command = std::move(command)] {
      self->launch_blocking(command);
    };
    co_await on(*means_.launching, std::move(fork));
  } catch (const EngineError& problem) {
    kind = problem.kind;
    trouble = problem.what();
  } catch (const boost::system::system_error& problem) {
    if (problem.code() == boost::asio::error::operation_aborted) throw;
    trouble = problem.what();
  } catch (const std::exception& problem) {
    trouble = problem.what();
  }
  const std::lock_guard lock(mutex_);
  trouble_kind_ = kind;
  co_return trouble;
}

Task<> SupervisedProcess::run_child() {
  auto self = shared_from_this();
  std::string trouble = co_await launch();
  std::shared_ptr<Child> child;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) co_return;  // stop_blocking() sees to the child
    child = child_;
  }
  if (child) {
    log::info("engine {}: process {} started", name_, child->pid());
    tasks_.spawn(means_.home, poll_until_ready());
    trouble = co_await child->wait();
  }
  bool starting = false;
  {
    const std::lock_guard lock(mutex_);
    starting = supervision_.state() == ProcessState::kStarting;
  }
  if (child) trouble = program_.ended(trouble, starting);
  program_.over();
  ProcessOrder order = ProcessOrder::kNone;
  ProcessState state{};
  {
    const std::lock_guard lock(mutex_);
    child_.reset();
    owed_signal_ = 0;
    order = supervision_.exited(SteadyClock::now(), trouble);
    state = supervision_.state();
  }
  if (state == ProcessState::kStopped) {
    log::info("engine {}: {}", name_, trouble);
  } else {
    log::warning("engine {}: {}; now {}", name_, trouble, name_of(state));
  }
  changed();
  apply(order);
}

Task<> SupervisedProcess::poll_until_ready() {
  auto self = shared_from_this();
  Timer timer(co_await boost::asio::this_coro::executor);
  std::shared_ptr<Child> child;
  {
    const std::lock_guard lock(mutex_);
    child = child_;
  }
  const auto launched = SteadyClock::now();
  const auto ask = [](SupervisedProgram& program, bool& answer) -> Task<> {
    answer = co_await program.answers();
  };
  for (auto pause = kProbePauseFirst;; pause = std::min(pause * 2, kProbePauseMax)) {
    const Deadline deadline(kProbeTimeout);
    bool answer = false;
    std::ignore = co_await run_until(deadline, ask(program_, answer));
    {
      const std::lock_guard lock(mutex_);
      if (child_ != child || supervision_.state() != ProcessState::kStarting) co_return;
      if (answer) supervision_.ready(SteadyClock::now());
    }
    if (answer) break;
    timer.expires_after(pause);
    co_await timer.async_wait(use_task);
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - launched);
  log::info("engine {}: ready after {} ms", name_, took.count());
  changed();
}

Task<> SupervisedProcess::watch_ticks() {
  auto self = shared_from_this();
  for (;;) {
    ProcessOrder order = ProcessOrder::kNone;
    std::optional<SteadyClock::time_point> next;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) co_return;
      order = supervision_.tick(SteadyClock::now());
      next = supervision_.next_tick();
    }
    apply(order);
    tick_timer_.expires_at(next.value_or(Timer::time_point::max()));
    auto [error] = co_await tick_timer_.async_wait(as_result);
    std::ignore = error;  // cancelled means: look again
  }
}

void SupervisedProcess::report_hung(const std::string& why) {
  ProcessOrder order = ProcessOrder::kNone;
  {
    const std::lock_guard lock(mutex_);
    order = supervision_.hung(why);
  }
  if (order != ProcessOrder::kNone) log::warning("engine {}: {}; killing it", name_, why);
  apply(order);
}

void SupervisedProcess::stop() {
  ProcessOrder order = ProcessOrder::kNone;
  {
    const std::lock_guard lock(mutex_);
    order = supervision_.stop(SteadyClock::now());
  }
  apply(order);
}

void SupervisedProcess::stop_blocking() {
  std::shared_ptr<Child> child;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    supervision_.stop(SteadyClock::now());
    child = child_;
  }
  wake_waiters();
  tasks_.stop();
  if (child) {
    program_.before_end();
    child->signal(SIGTERM);
    if (!child->wait_blocking(std::min(means_.limits.terminate_wait, kLastTerminateWait))) {
      child->signal(SIGTERM);
      if (!child->wait_blocking(means_.limits.kill_wait)) {
        child->signal(SIGKILL);
        child->wait_blocking(std::chrono::seconds(5));
      }
    }
  }
  // They end by themselves unless the I/O threads have ended before.
  tasks_.wait_blocking(kTasksEndTimeout);
}

}  // namespace bedplate::inference
