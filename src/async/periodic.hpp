// Work that is done again and again while a server runs, e.g. looking for what others have changed.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "async/task.hpp"
#include "async/task_group.hpp"

namespace bedplate {

/// Waits, works, waits: the next period begins when the work has ended.
class Periodic {
 public:
  /// Called once for each time; what it captures outlives stop_blocking().
  using Work = std::function<Task<>()>;

  /// @param name  for the log
  Periodic(std::string name, std::chrono::milliseconds period);
  ~Periodic();  ///< as stop_blocking()
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  /// Begins, on one loop; the first time after one period. What the work throws ends nothing: it is
  /// logged, once until it has gone well again.
  void start(Executor executor, Work work);

  /// Cancels the work and blocks the calling thread, which must be no I/O thread, until it has
  /// ended. Harmless when it was never started, and twice.
  void stop_blocking();

 private:
  static Task<> run(std::string name, std::chrono::milliseconds period, Work work);

  const std::string name_;
  const std::chrono::milliseconds period_;
  TaskGroup tasks_;
};

}  // namespace bedplate
