// Quotas where a request begins to cost something: before an engine is asked.
#pragma once

#include "inference/conversation.hpp"
#include "inference/embedding.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

// Each counts the request of `context`, the first time it is called for it, and throws
// ThrottlingException when it is one too many. context.reservation holds what was taken.

void reserve_quota(Context& context, const inference::ResolvedModel& resolved,
                   const inference::GenerationRequest& request);
void reserve_quota(Context& context, const inference::ResolvedModel& resolved,
                   const inference::EmbeddingRequest& request);
/// For images and rankings, which have no quota of tokens.
void reserve_request(Context& context, const inference::ResolvedModel& resolved);

/// Counts what a generation puts out and settles the reservation at its end. Stands next to the
/// client, where usage is what Bedrock reports.
class MeteringSink final : public inference::GenerationSink {
 public:
  MeteringSink(inference::GenerationSink& next, QuotaReservation& reservation)
      : next_(next), reservation_(reservation) {}

  Task<> on_event(inference::GenerationEvent event) override;

 private:
  inference::GenerationSink& next_;
  QuotaReservation& reservation_;
};

}  // namespace bedplate::operations
