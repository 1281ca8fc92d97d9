// `credentials.json` in the data directory: its form, and reading and writing it safely.
// The form is documented in docs/authentication.md.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bedplate::identity {

struct StoredAccessKey {
  std::string access_key_id;
  std::string secret_access_key;
  std::string user_name;
  bool active = true;
  std::string created_at;  ///< ISO 8601
};

struct StoredApiKey {
  std::string name;
  std::string sha256;  ///< hex digest of the key's text
  std::string user_name;
  bool active = true;
  std::string created_at;            ///< ISO 8601
  std::optional<std::string> value;  ///< clear text; the developer's first key only
};

struct Credentials {
  std::string account_id;
  std::string session_key;  ///< 32 bytes that seal session tokens
  std::vector<StoredAccessKey> access_keys;
  std::vector<StoredApiKey> api_keys;
};

/// The credentials cannot be used. The text is for the person who starts the server and says how to
/// mend it.
class CredentialFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nothing when the file does not exist. Throws CredentialFileError when others may read it or it
/// is not what create_credentials_blocking() wrote.
std::optional<Credentials> read_credentials_blocking(const std::string& path);

/// Writes the file with mode 0600, all of it or nothing, unless it exists: false then.
bool create_credentials_blocking(const std::string& path, const Credentials& credentials);

}  // namespace bedplate::identity
