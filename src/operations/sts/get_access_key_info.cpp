// GetAccessKeyInfo: the account that an access key belongs to.
#include "base/api_error.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {
namespace {

// Temporary keys are kept nowhere and their ids tell nothing, so of those only the caller's own is
// known.
std::optional<std::string> account_of(const Context& context, const std::string& access_key_id) {
  const auto& credentials = context.services.credentials;
  if (access_key_id == context.principal.access_key_id) return context.principal.account_id;
  if (credentials.find_access_key(access_key_id) != nullptr) return credentials.account_id();
  const auto directory = context.services.directories.get();
  const auto* found = directory->find_access_key(access_key_id);
  if (found == nullptr || !found->key->active) return std::nullopt;
  return found->account->id();
}

}  // namespace

template <>
Task<api::sts::GetAccessKeyInfoResponse> handle<op::sts::GetAccessKeyInfo>(
    Context& context, api::sts::GetAccessKeyInfoRequest request) {
  if (context.principal.is_user_session() || context.principal.is_federated()) {
    throw errors::access_denied("Cannot call GetAccessKeyInfo with session credentials");
  }
  api::sts::GetAccessKeyInfoResponse response;
  response.Account = account_of(context, request.AccessKeyId);
  if (!response.Account) throw errors::validation("This server knows no access key with that id.");
  co_return response;
}

}  // namespace bedplate::operations
