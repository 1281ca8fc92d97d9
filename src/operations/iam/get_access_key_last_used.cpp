// GetAccessKeyLastUsed; and when a role was last used, which GetRole tells.
#include "identity/last_uses.hpp"
#include "operations/iam/last_used.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

constexpr const char* kNever = "N/A";

/// Whose the key is, in the caller's account; nothing: there is none of that id.
std::optional<std::string> user_of_key(const Context& context, const std::string& key_id) {
  const identity::CredentialStore& credentials = context.services.credentials;
  if (context.principal.account_id == credentials.account_id()) {
    if (const auto* key = credentials.find_access_key(key_id)) return key->user_name;
  }
  const auto directory = context.services.directories.get();
  const auto* found = directory->find_access_key(key_id);
  if (found == nullptr || found->account->id() != context.principal.account_id) return std::nullopt;
  return found->user->record().name;
}

Timestamp whole_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace

namespace iam {

Task<api::iam::RoleLastUsed> role_last_used(const Context& context, std::string account_id,
                                            std::string role_id) {
  const auto use = co_await context.services.last_uses.find(account_id, role_id);
  api::iam::RoleLastUsed out;
  if (!use) co_return out;
  out.LastUsedDate = whole_seconds(use->at);
  out.Region = use->region;
  co_return out;
}

Task<api::iam::AccessKeyLastUsed> key_last_used(const Context& context, std::string account_id,
                                                std::string key_id) {
  const auto use = co_await context.services.last_uses.find(account_id, key_id);
  api::iam::AccessKeyLastUsed out;
  out.ServiceName = use ? use->service : kNever;
  out.Region = use ? use->region : kNever;
  if (use) out.LastUsedDate = whole_seconds(use->at);
  co_return out;
}

}  // namespace iam

template <>
Task<op::iam::GetAccessKeyLastUsed::Response> handle<op::iam::GetAccessKeyLastUsed>(
    Context& context, op::iam::GetAccessKeyLastUsed::Request request) {
  const std::string key_id = request.AccessKeyId;
  const std::optional<std::string> user = user_of_key(context, key_id);
  if (!user) {
    // The form of IAM's denials; the operation models no NoSuchEntity.
    throw errors::access_denied(
        fmt::format("User: {} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: "
                    "access key {}",
                    context.principal.arn, key_id));
  }
  op::iam::GetAccessKeyLastUsed::Response response;
  response.UserName = *user;
  response.AccessKeyLastUsed =
      co_await iam::key_last_used(context, context.principal.account_id, key_id);
  co_return response;
}

}  // namespace bedplate::operations
