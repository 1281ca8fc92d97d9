// DeleteResourcePolicy: detaches the policy of a resource.
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"
#include "operations/resources/resource_policies.hpp"

namespace bedplate::operations {

template <>
Task<api::control::DeleteResourcePolicyResponse> handle<op::control::DeleteResourcePolicy>(
    Context& context, api::control::DeleteResourcePolicyRequest request) {
  const auto named = named_resource(request.resourceArn, context.principal);
  if (!named) throw no_such_resource();
  auto work = [key = named->key, arn = request.resourceArn](storage::Transaction& transaction) {
    if (!erase_resource_policy(transaction, key.account_id, key.region, arn)) {
      throw no_such_resource();
    }
  };
  co_await context.services.store.write(std::move(work));
  co_return api::control::DeleteResourcePolicyResponse();
}

}  // namespace bedplate::operations
