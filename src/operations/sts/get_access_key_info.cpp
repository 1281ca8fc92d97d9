// GetAccessKeyInfo: the account that an access key belongs to.
#include "base/api_error.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {
namespace {

// Temporary keys are kept nowhere and their ids tell nothing, so of those only the caller's own is
// known.
bool is_known(const Context& context, const std::string& access_key_id) {
  return access_key_id == context.principal.access_key_id ||
         context.services.credentials.find_access_key(access_key_id) != nullptr;
}

}  // namespace

template <>
Task<api::sts::GetAccessKeyInfoResponse> handle<op::sts::GetAccessKeyInfo>(
    Context& context, api::sts::GetAccessKeyInfoRequest request) {
  if (context.principal.is_user_session()) {
    throw errors::access_denied("Cannot call GetAccessKeyInfo with session credentials");
  }
  if (!is_known(context, request.AccessKeyId)) {
    throw errors::validation("This server knows no access key with that id.");
  }
  api::sts::GetAccessKeyInfoResponse response;
  response.Account = context.principal.account_id;
  co_return response;
}

}  // namespace bedplate::operations
