// GetResourcePolicy: the policy that is attached to a resource.
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "operations/resources/resource_policies.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetResourcePolicyResponse> handle<op::control::GetResourcePolicy>(
    Context& context, api::control::GetResourcePolicyRequest request) {
  const auto named = named_resource(request.resourceArn, context.principal);
  if (!named) throw no_such_resource();
  auto work = [key = named->key, arn = request.resourceArn](storage::Transaction& transaction) {
    return resource_policy(transaction, key.account_id, key.region, arn);
  };
  api::control::GetResourcePolicyResponse response;
  response.resourcePolicy = co_await context.services.store.read(std::move(work));
  if (!response.resourcePolicy) throw no_such_resource();
  co_return response;
}

}  // namespace bedplate::operations
