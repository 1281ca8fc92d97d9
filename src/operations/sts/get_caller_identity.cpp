// GetCallerIdentity: whose keys these are. No policy can forbid it.
#include "identity/credential_ids.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {

template <>
Task<api::sts::GetCallerIdentityResponse> handle<op::sts::GetCallerIdentity>(
    Context& context, api::sts::GetCallerIdentityRequest) {
  const identity::Principal& caller = context.principal;
  api::sts::GetCallerIdentityResponse response;
  response.UserId = identity::user_id_of(caller.account_id, caller.user_name);
  response.Account = caller.account_id;
  response.Arn = caller.arn;
  co_return response;
}

}  // namespace bedplate::operations
