// What a call used of its model, noted where it becomes known. The gateway counts it at the end of
// the request; whoever calls models without a request counts it by count_model_call().
#pragma once

#include "inference/conversation.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Which model the request came to, and under what name it is counted.
void measure_model(Context& context, const inference::ResolvedModel& resolved);

/// Counts what `context.measure` says: once for each call.
/// @param http_status  of the answer, or observe::kClientGone
void count_model_call(const Context& context, int http_status);

/// Notes tokens and times of a generation. Stands next to the client, where usage is what Bedrock
/// reports.
class MeasuringSink final : public inference::GenerationSink {
 public:
  MeasuringSink(inference::GenerationSink& next, observe::ModelUse& use) : next_(next), use_(use) {}

  Task<> on_event(inference::GenerationEvent event) override;

 private:
  void saw_output(std::size_t bytes);
  void ended(const inference::Usage& usage);

  inference::GenerationSink& next_;
  observe::ModelUse& use_;
};

}  // namespace bedplate::operations
