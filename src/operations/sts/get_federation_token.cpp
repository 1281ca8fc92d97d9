// GetFederationToken: temporary keys of somebody whom a user vouches for. They may do what both the
// user's policies and those in the request allow.
#include "base/api_error.hpp"
#include "operations/handlers.hpp"
#include "operations/sts/session_given.hpp"

namespace bedplate::operations {
namespace {

constexpr std::chrono::seconds kLifetimeDefault{43'200};

/// The caller's account, which the first administrator's may lack.
std::shared_ptr<const identity::Account> account_of_caller(const Context& context) {
  const std::string& id = context.principal.account_id;
  if (auto account = context.services.directories.get()->find_account(id)) return account;
  identity::AccountRows rows;
  rows.account.id = id;
  return std::make_shared<const identity::Account>(std::move(rows));
}

identity::SessionClaims claims_of(const Context& context,
                                  const api::sts::GetFederationTokenRequest& request) {
  const identity::Principal& caller = context.principal;
  identity::SessionClaims claims;
  claims.type = identity::SessionClaims::Type::kFederated;
  claims.account_id = caller.account_id;
  claims.arn = fmt::format("arn:aws:sts::{}:federated-user/{}", caller.account_id, request.Name);
  claims.user_name = request.Name;
  claims.entity_id = caller.entity_id;
  add_session_tags(request.Tags, claims);
  add_session_policies(*account_of_caller(context), request.Policy, request.PolicyArns, claims);
  // Whole seconds, so that what the client reads is when the keys end.
  claims.issued = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  claims.expires =
      claims.issued +
      (request.DurationSeconds ? std::chrono::seconds(*request.DurationSeconds) : kLifetimeDefault);
  return claims;
}

}  // namespace

template <>
Task<api::sts::GetFederationTokenResponse> handle<op::sts::GetFederationToken>(
    Context& context, api::sts::GetFederationTokenRequest request) {
  if (context.principal.kind == identity::Principal::Kind::kSession) {
    throw errors::access_denied("Cannot call GetFederationToken with session credentials");
  }
  const identity::SessionClaims claims = claims_of(context, request);
  api::sts::GetFederationTokenResponse response;
  response.PackedPolicySize = packed_size_percent(claims);
  response.FederatedUser = api::sts::FederatedUser{
      fmt::format("{}:{}", claims.account_id, claims.user_name), claims.arn};
  const identity::SessionCredentials keys = context.services.credentials.sessions().mint(claims);
  response.Credentials =
      api::sts::Credentials{keys.access_key_id, keys.secret, keys.session_token, keys.expires};
  co_return response;
}

}  // namespace bedplate::operations
