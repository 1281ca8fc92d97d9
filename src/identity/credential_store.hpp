// The accounts, users and keys that this server knows. Immutable once open, so every thread may
// read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "identity/credential_file.hpp"
#include "identity/principal.hpp"
#include "identity/session_token.hpp"

namespace bedplate::identity {

/// The user that the first start makes; it may do everything.
inline constexpr std::string_view kAdministrator = "administrator";

class CredentialStore {
 public:
  /// The name of the file in the data directory.
  static constexpr std::string_view kFileName = "credentials.json";

  /// derived_key()'s purpose for what SecretSealer encrypts.
  static constexpr std::string_view kSecretsPurpose = "secrets";

  /// Opens `data_directory`/credentials.json; on the first start makes the directory (mode 0700)
  /// and the file (mode 0600) with a new account, an administrator with an access key, and a
  /// long-term API key. Throws CredentialFileError with a text for whoever started the server.
  static std::shared_ptr<const CredentialStore> open_blocking(const std::string& data_directory,
                                                              const Clock& clock);

  explicit CredentialStore(Credentials credentials);

  /// What the first start makes.
  static Credentials make_credentials(const Clock& clock);

  const std::string& account_id() const { return credentials_.account_id; }
  const SessionSealer& sessions() const { return sessions_; }

  /// A key for a purpose of its own, from the one that seals sessions.
  std::string derived_key(std::string_view purpose) const;

  /// An active access key; nullptr when there is none of that id.
  const StoredAccessKey* find_access_key(std::string_view access_key_id) const;
  /// An active long-term API key, found by its text.
  const StoredApiKey* find_api_key(std::string_view value) const;

  /// The developer's key pair and API key, for `bedplate env`: the first of each that is active.
  /// nullptr when the file holds none any more (or no clear text for the API key).
  const StoredAccessKey* developer_access_key() const;
  const StoredApiKey* developer_api_key() const;

  /// Who a user is; `region` and `access_key_id` are left empty.
  Principal principal_of(const std::string& user_name, Principal::Kind kind) const;

 private:
  Credentials credentials_;
  SessionSealer sessions_;
  std::unordered_map<std::string, const StoredAccessKey*> access_keys_;
  std::unordered_map<std::string, const StoredApiKey*> api_keys_;  ///< by digest
};

}  // namespace bedplate::identity
