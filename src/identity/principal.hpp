// Who sent a request.
#pragma once

#include <string>

namespace bedplate::identity {

struct Principal {
  enum class Kind { kAccessKey, kSession, kApiKey, kAnonymous };

  Kind kind = Kind::kAnonymous;
  std::string account_id;     ///< twelve digits
  std::string arn;            ///< arn:aws:iam::…:user/… or arn:aws:sts::…:assumed-role/…
  std::string user_name;      ///< the last part of the ARN
  std::string access_key_id;  ///< AKIA…, ASIA…; an API key's name; empty for anonymous
  std::string region;         ///< of the signature's scope, else the server's default

  /// Temporary keys of a user (GetSessionToken), not of a role.
  bool is_user_session() const {
    return kind == Kind::kSession && arn.find(":user/") != std::string::npos;
  }
};

}  // namespace bedplate::identity
