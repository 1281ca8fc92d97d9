// GetModelInvocationJob: a batch inference job by its ARN or id.
#include "operations/batch/batch_job.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetModelInvocationJobResponse> handle<op::control::GetModelInvocationJob>(
    Context& context, api::control::GetModelInvocationJobRequest request) {
  storage::ResourceKey key = batch_key(context, request.jobIdentifier);
  const storage::Resource row = co_await get_resource(context, std::move(key));
  co_return describe_batch(row);
}

}  // namespace bedplate::operations
