#include "inference/engines/timed_generation.hpp"

namespace bedplate::inference {

Task<Admission::Permit> take_turn(Admission& admission, std::chrono::milliseconds wait_max,
                                  SlotClaim claim) {
  Admission::Permit permit = co_await admission.acquire(wait_max, std::move(claim));
  if (!permit) {
    throw EngineError(EngineError::Kind::kBusy, "Too many requests wait for this model.");
  }
  co_return permit;
}

Task<> run_in_time(std::chrono::milliseconds limit, Task<> work, const char* complaint) {
  const Deadline deadline(limit);
  const bool in_time = co_await run_until(deadline, std::move(work));
  if (!in_time) throw EngineError(EngineError::Kind::kTimeout, complaint);
}

TimedGeneration::TimedGeneration(const EngineOptions& options, GenerationSink& sink,
                                 Progress* progress)
    : deadline_(options.first_token_timeout),
      context_{.sink = sink,
               .deadline = deadline_,
               .timeouts = {options.first_token_timeout, options.next_token_timeout},
               .progress = progress} {}

Task<> TimedGeneration::run(Task<> work) {
  const bool in_time = co_await run_until(deadline_, std::move(work));
  if (!in_time && !context_.ended) {
    throw EngineError(EngineError::Kind::kTimeout, "The model gave no token in time.");
  }
}

}  // namespace bedplate::inference
