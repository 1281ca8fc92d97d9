// A child process that is started when needed, watched, and started again when it dies.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/child_process.hpp"
#include "async/task_group.hpp"
#include "inference/engine.hpp"
#include "inference/engines/supervision.hpp"

namespace bedplate::inference {

/// What is particular to the program that is supervised. Called on the home executor, except
/// before_end().
class SupervisedProgram {
 public:
  virtual ~SupervisedProgram() = default;
  /// Gets everything ready for one launch. Throws EngineError when it cannot be: its kind and text
  /// are what those who wait get.
  virtual Task<ChildCommand> prepare() = 0;
  /// True once the launched program answers. Throws only when it is cancelled.
  virtual Task<bool> answers() = 0;
  /// It was launched and has ended: `how` is Child's text. Returns what to tell people.
  virtual std::string ended(const std::string& how, bool while_starting) = 0;
  /// Nothing of the launch is left, whether or not it came to a process: what prepare() took can
  /// be given back.
  virtual void over() = 0;
  /// It is about to be told to end: from any thread.
  virtual void before_end() = 0;
};

/// Carries a Supervision's orders out and tells it what happens. Safe from every thread.
class SupervisedProcess : public std::enable_shared_from_this<SupervisedProcess> {
 public:
  struct Means {
    Executor home;            ///< where the supervision's coroutines run
    BlockingPool* launching;  ///< one thread, which outlives the child (see ProcessLauncher)
    std::shared_ptr<ProcessLauncher> launcher;
    SupervisionLimits limits;
  };

  /// `program` must outlive it and every coroutine on `home`.
  SupervisedProcess(std::string name, SupervisedProgram& program, Means means);

  /// Begins to watch. Call it once.
  void start_watching();

  /// Starts the program when it does not run and waits until it answers. Throws EngineError:
  /// kNotReady at the deadline, kUnavailable or what prepare() threw when it cannot be started.
  Task<> until_ready(SteadyClock::time_point deadline);
  /// Starts it and does not wait.
  void want();
  bool is_ready() const;
  /// It is ready, but does not react: it is killed and started again.
  void report_hung(const std::string& why);
  /// Ends it without waiting.
  void stop();
  /// Ends it and waits; it cannot be started again. From no I/O thread.
  void stop_blocking();

  struct Status {
    ProcessState state = ProcessState::kStopped;
    std::string trouble;
    pid_t pid = 0;  ///< 0: there is none
    std::int64_t crashes = 0;
  };
  Status status() const;

 private:
  struct Waiter;
  struct WaiterPlace;
  struct Outcome {
    bool ready = false;
    std::optional<EngineError> failure;
    std::shared_ptr<Waiter> waiter;  ///< when neither
  };

  Outcome ask_for_it(Executor executor, SteadyClock::time_point deadline, bool again);
  void apply(ProcessOrder order);
  Task<> run_child();
  Task<std::string> launch();
  void launch_blocking(const ChildCommand& command);
  Task<> poll_until_ready();
  Task<> watch_ticks();
  void changed();
  void wake_waiters();

  const std::string name_;
  SupervisedProgram& program_;
  Means means_;
  TaskGroup tasks_;
  Timer tick_timer_;  ///< touched on home only

  mutable std::mutex mutex_;  ///< guards what follows
  Supervision supervision_;
  std::shared_ptr<Child> child_;
  int owed_signal_ = 0;  ///< for a child whose launch is still under way
  bool closed_ = false;
  EngineError::Kind trouble_kind_ = EngineError::Kind::kUnavailable;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace bedplate::inference
