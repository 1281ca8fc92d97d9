// PutResourcePolicy: attaches a policy to a resource, in place of the one that is there.
#include <fmt/format.h>

#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_policies.hpp"

namespace bedplate::operations {

// The model has no ResourceNotFoundException for this operation.
template <>
Task<api::control::PutResourcePolicyResponse> handle<op::control::PutResourcePolicy>(
    Context& context, api::control::PutResourcePolicyRequest request) {
  const auto named = named_resource(request.resourceArn, context.principal);
  if (!named || !named->kind->takes_policy) {
    throw errors::validation(fmt::format(
        "A resource policy cannot be attached to {}: there is no such resource, or its type does "
        "not support resource policies.",
        request.resourceArn));
  }
  check_resource_policy(request.resourcePolicy);
  api::control::PutResourcePolicyResponse response;
  response.resourceArn = request.resourceArn;
  const std::int64_t now_ms = to_ms(context.services.clock.now());
  auto work = [key = named->key, request = std::move(request),
               now_ms](storage::Transaction& transaction) {
    if (!transaction.get(key)) {
      throw errors::validation(fmt::format("There is no resource {}.", request.resourceArn));
    }
    put_resource_policy(transaction, key.account_id, key.region, request.resourceArn,
                        request.resourcePolicy, now_ms);
  };
  co_await context.services.store.write(std::move(work));
  co_return response;
}

}  // namespace bedplate::operations
