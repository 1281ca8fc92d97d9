// AssumeRole: temporary keys that act as a role. Nothing is stored; the session ends with its time
// or with the role.
#include "base/arn.hpp"
#include "base/iam_errors.hpp"
#include "operations/handlers.hpp"
#include "operations/sts/role_session.hpp"
#include "operations/sts/role_trust.hpp"
#include "operations/sts/session_given.hpp"

namespace bedplate::operations {
namespace {

using identity::SessionClaims;

// No user here has an MFA device, so no code can be right; nor is there anybody who could vouch
// for a context.
void refuse_what_is_unknown(const api::sts::AssumeRoleRequest& request) {
  if (request.SerialNumber || request.TokenCode) {
    throw errors::access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
        "serial number is valid and associated with this user.");
  }
  if (request.ProvidedContexts) {
    throw errors::validation("ProvidedContexts are not supported: no provider is trusted here.");
  }
}

Arn role_arn_of(const api::sts::AssumeRoleRequest& request) {
  std::optional<Arn> arn = parse_arn(request.RoleArn);
  if (!arn || arn->service != "iam" || arn->resource_type() != "role") {
    throw errors::validation(fmt::format("{} is invalid", request.RoleArn));
  }
  return std::move(*arn);
}

const identity::Role* find_role(const identity::Account* account, const std::string& arn) {
  if (account == nullptr || account->record().closed) return nullptr;
  const identity::Role* role = account->find_role(arn.substr(arn.rfind('/') + 1));
  return role != nullptr && role->stored->arn == arn ? role : nullptr;
}

}  // namespace

template <>
Task<api::sts::AssumeRoleResponse> handle<op::sts::AssumeRole>(
    Context& context, api::sts::AssumeRoleRequest request) {
  refuse_what_is_unknown(request);
  const Arn arn = role_arn_of(request);
  const auto account = context.services.directories.get()->find_account(arn.account);
  const identity::Role* role = find_role(account.get(), request.RoleArn);
  const bool refused = role == nullptr || context.principal.is_federated();
  if (refused) throw assume_role_denied(context, "sts:AssumeRole", request.RoleArn);
  require_trust(context, *role, request);

  SessionClaims claims = role_session(context, *account, *role, request);
  // Whole seconds, so that what the client reads is when the keys end.
  claims.issued = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  claims.expires = claims.issued + role_session_lifetime(context, *role, request);
  api::sts::AssumeRoleResponse response;
  response.PackedPolicySize = packed_size_percent(claims);
  if (!claims.source_identity.empty()) response.SourceIdentity = claims.source_identity;
  response.AssumedRoleUser = api::sts::AssumedRoleUser{
      fmt::format("{}:{}", claims.entity_id, claims.user_name), claims.arn};
  const identity::SessionCredentials keys = context.services.credentials.sessions().mint(claims);
  response.Credentials =
      api::sts::Credentials{keys.access_key_id, keys.secret, keys.session_token, keys.expires};
  co_return response;
}

}  // namespace bedplate::operations
