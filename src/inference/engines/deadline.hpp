// A deadline that moves while work goes on.
#pragma once

#include <chrono>

#include "async/task.hpp"
#include "base/clock.hpp"

namespace bedplate::inference {

/// When to give up. Moving it costs a store, so that it may be done for every token. Belongs to
/// one coroutine.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds limit) { after(limit); }

  /// `limit` from now.
  void after(std::chrono::milliseconds limit) { at_ = SteadyClock::now() + limit; }
  void until(SteadyClock::time_point time) { at_ = time; }
  /// While it is not the engine that we wait for.
  void suspend() { at_ = SteadyClock::time_point::max(); }
  SteadyClock::time_point at() const { return at_; }

 private:
  SteadyClock::time_point at_;
};

/// Runs `work` to its end and rethrows what it throws. False when `deadline`, which `work` may
/// move meanwhile, passed first: `work` has then been cancelled and has ended.
Task<bool> run_until(const Deadline& deadline, Task<> work);

}  // namespace bedplate::inference
