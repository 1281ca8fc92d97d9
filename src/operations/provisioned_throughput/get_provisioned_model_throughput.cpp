// GetProvisionedModelThroughput: by ARN, name or id.
#include "operations/handlers.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetProvisionedModelThroughputResponse>
handle<op::control::GetProvisionedModelThroughput>(
    Context& context, api::control::GetProvisionedModelThroughputRequest request) {
  auto work = [caller = context.principal,
               id = request.provisionedModelId](storage::Transaction& transaction) {
    return find_provisioned(transaction, caller, id);
  };
  const auto row = co_await context.services.store.read(std::move(work));
  if (!row) throw no_such_resource();
  const ProvisionedFacts facts = read_provisioned(*row);
  api::control::ProvisionedModelSummary summary = describe_provisioned(*row, facts);
  api::control::GetProvisionedModelThroughputResponse out;
  out.modelUnits = summary.modelUnits;
  out.desiredModelUnits = summary.desiredModelUnits;
  out.provisionedModelName = std::move(summary.provisionedModelName);
  out.provisionedModelArn = std::move(summary.provisionedModelArn);
  out.modelArn = std::move(summary.modelArn);
  out.desiredModelArn = std::move(summary.desiredModelArn);
  out.foundationModelArn = std::move(summary.foundationModelArn);
  out.status = std::move(summary.status);
  out.creationTime = summary.creationTime;
  out.lastModifiedTime = summary.lastModifiedTime;
  out.failureMessage = facts.failure;
  out.commitmentDuration = std::move(summary.commitmentDuration);
  out.commitmentExpirationTime = summary.commitmentExpirationTime;
  co_return out;
}

}  // namespace bedplate::operations
