// GetCallerIdentity: whose keys these are. No policy can forbid it.
#include "identity/policy/principals.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {

template <>
Task<api::sts::GetCallerIdentityResponse> handle<op::sts::GetCallerIdentity>(
    Context& context, api::sts::GetCallerIdentityRequest) {
  const identity::Principal& caller = context.principal;
  api::sts::GetCallerIdentityResponse response;
  response.UserId = caller.caller->unique_id;
  response.Account = caller.account_id;
  response.Arn = caller.arn;
  co_return response;
}

}  // namespace bedplate::operations
