// GetSessionToken: temporary keys that act as the user who asks. Texts: docs/iam-api.md.
#include "base/api_error.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {
namespace {

constexpr std::chrono::seconds kLifetimeDefault{43'200};

void refuse_sessions(const identity::Principal& caller) {
  if (caller.kind == identity::Principal::Kind::kSession) {
    throw errors::access_denied("Cannot call GetSessionToken with session credentials");
  }
}

// No user here has an MFA device, so no code can be right.
void refuse_mfa_codes(const api::sts::GetSessionTokenRequest& request) {
  if (request.SerialNumber || request.TokenCode) {
    throw errors::access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
        "serial number is valid and associated with this user.");
  }
}

identity::SessionClaims claims_of(const identity::Principal& caller, Timestamp now,
                                  std::chrono::seconds lifetime) {
  identity::SessionClaims claims;
  claims.type = identity::SessionClaims::Type::kUser;
  claims.account_id = caller.account_id;
  claims.arn = caller.arn;
  claims.user_name = caller.user_name;
  claims.entity_id = caller.entity_id;
  claims.issued = now;
  claims.expires = now + lifetime;
  return claims;
}

}  // namespace

template <>
Task<api::sts::GetSessionTokenResponse> handle<op::sts::GetSessionToken>(
    Context& context, api::sts::GetSessionTokenRequest request) {
  refuse_sessions(context.principal);
  refuse_mfa_codes(request);
  const std::chrono::seconds lifetime =
      request.DurationSeconds ? std::chrono::seconds(*request.DurationSeconds) : kLifetimeDefault;
  // Whole seconds, so that what the client reads is when the keys end.
  const Timestamp now = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  const identity::SessionCredentials keys =
      context.services.credentials.sessions().mint(claims_of(context.principal, now, lifetime));
  api::sts::GetSessionTokenResponse response;
  response.Credentials =
      api::sts::Credentials{keys.access_key_id, keys.secret, keys.session_token, keys.expires};
  co_return response;
}

}  // namespace bedplate::operations
