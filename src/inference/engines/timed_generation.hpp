// What surrounds a request to an engine: the wait for its turn, and the time it may take.
#pragma once

#include <chrono>

#include "async/admission.hpp"
#include "inference/engines.hpp"
#include "inference/engines/deadline.hpp"
#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

/// Waits for at most `wait_max`. Throws EngineError (kBusy) when that was not enough or too many
/// wait. `admission` must outlive the permit.
/// `claim`: who asks, see Admission::acquire().
Task<Admission::Permit> take_turn(Admission& admission, std::chrono::milliseconds wait_max,
                                  SlotClaim claim);

/// Runs `work` for at most `limit`; then throws EngineError (kTimeout) with `complaint`, a
/// constant.
Task<> run_in_time(std::chrono::milliseconds limit, Task<> work, const char* complaint);

/// One generation with its deadlines. Outlives its work.
class TimedGeneration {
 public:
  /// `options` gives the times of silence; `progress` is marked at every sign of work, if it is
  /// there. All must outlive the generation.
  TimedGeneration(const EngineOptions& options, GenerationSink& sink, Progress* progress = nullptr);
  TimedGeneration(const TimedGeneration&) = delete;
  TimedGeneration& operator=(const TimedGeneration&) = delete;

  /// What the work follows its reply with.
  GenerationContext& context() { return context_; }
  /// Throws EngineError (kTimeout) when a deadline passed before the sink got the end.
  Task<> run(Task<> work);

 private:
  Deadline deadline_;
  GenerationContext context_;
};

}  // namespace bedplate::inference
