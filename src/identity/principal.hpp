// Who sent a request.
#pragma once

#include <memory>
#include <string>

namespace bedplate::identity {

namespace policy {
struct PrincipalPolicies;
struct Caller;
}  // namespace policy
struct SessionClaims;

struct Principal {
  enum class Kind { kAccessKey, kSession, kApiKey, kAnonymous };
  enum class ApiKeyType { kNone, kLongTerm, kShortTerm };

  Kind kind = Kind::kAnonymous;
  ApiKeyType api_key_type = ApiKeyType::kNone;  ///< kApiKey: which kind (bedrock:BearerTokenType)
  std::string account_id;                       ///< twelve digits
  std::string arn;            ///< arn:aws:iam::…:user/… or arn:aws:sts::…:assumed-role/…
  std::string user_name;      ///< the last part of the ARN
  std::string access_key_id;  ///< AKIA…, ASIA…; an API key's name; empty for anonymous
  std::string region;         ///< of the signature's scope, else the server's default
  /// AIDA… of a user, AROA… of a session's role: whose row it is. Empty: the administrator of the
  /// first start, who has none.
  std::string entity_id;

  /// As policies see it: unique id, tags, the role of a session. Null only before authentication.
  std::shared_ptr<const policy::Caller> caller;
  /// What the caller may do. Null: everything (the administrator of the first start; or
  /// authentication is switched off).
  std::shared_ptr<const policy::PrincipalPolicies> policies;
  /// What the token of temporary keys says: time of issue, source identity, session tags. Null for
  /// other credentials.
  std::shared_ptr<const SessionClaims> session;

  /// Temporary keys of a federated user (GetFederationToken).
  bool is_federated() const {
    return kind == Kind::kSession && arn.find(":federated-user/") != std::string::npos;
  }
  /// Temporary keys of a user (GetSessionToken), not of a role.
  bool is_user_session() const {
    return kind == Kind::kSession && arn.find(":user/") != std::string::npos;
  }
};

}  // namespace bedplate::identity
