// Temporary credentials without state: the secret and the token both follow from a key that only
// this server holds, so every server that shares it can check them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace bedplate::identity {

inline constexpr std::string_view kTemporaryKeyPrefix = "ASIA";

struct SessionCredentials {
  std::string access_key_id;  ///< ASIA…
  std::string secret;
  std::string session_token;
  Timestamp expires;
};

/// What a token says, after its seal held.
struct SessionClaims {
  enum class Type {
    kUser,       ///< GetSessionToken
    kRole,       ///< AssumeRole
    kFederated,  ///< GetFederationToken
  };

  Type type = Type::kUser;
  std::string access_key_id;
  std::string account_id;
  std::string arn;        ///< of the user, the role's session, or the federated user
  std::string user_name;  ///< of a role's session or a federated user: its name
  /// AIDA… or AROA…: when its row is gone, so is the session. Empty: the administrator of the first
  /// start.
  std::string entity_id;
  Timestamp issued;
  Timestamp expires;

  // What AssumeRole or GetFederationToken was given.
  std::string source_identity;
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> transitive_tag_keys;
  std::string policy;                    ///< inline session policy, or empty
  std::vector<std::string> policy_arns;  ///< managed session policies
};

class SessionSealer {
 public:
  /// Of what a session is given (policies, tags), compressed. A token must fit into a header.
  static constexpr std::size_t kPackedBytesMax = 4'096;

  /// `key`: 32 random bytes, from the credential store.
  explicit SessionSealer(std::string key) : key_(std::move(key)) {}

  /// Credentials that say what `claims` says; its access_key_id is made here.
  SessionCredentials mint(SessionClaims claims) const;

  /// The size of what the session was given, against kPackedBytesMax.
  static std::size_t packed_bytes(const SessionClaims& claims);

  /// The secret that belongs to a temporary access key id.
  std::string secret_of(std::string_view access_key_id) const;

  /// Nothing when the token was not sealed by this key. Whether it has expired is the caller's to
  /// say.
  std::optional<SessionClaims> open(std::string_view token) const;

 private:
  std::string key_;
};

}  // namespace bedplate::identity
