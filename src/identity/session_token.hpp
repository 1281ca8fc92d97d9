// Temporary credentials without state: the secret and the token both follow from a key that only
// this server holds, so every server that shares it can check them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "identity/principal.hpp"

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
  std::string access_key_id;
  std::string account_id;
  std::string arn;
  std::string user_name;
  Timestamp expires;
};

class SessionSealer {
 public:
  /// `key`: 32 random bytes, from the credential store.
  explicit SessionSealer(std::string key) : key_(std::move(key)) {}

  /// Credentials that act as `principal` (account, ARN and user name are kept) until `expires`.
  SessionCredentials mint(const Principal& principal, Timestamp expires) const;

  /// The secret that belongs to a temporary access key id.
  std::string secret_of(std::string_view access_key_id) const;

  /// Nothing when the token was not sealed by this key. Whether it has expired is the caller's to
  /// say.
  std::optional<SessionClaims> open(std::string_view token) const;

 private:
  std::string key_;
};

}  // namespace bedplate::identity
