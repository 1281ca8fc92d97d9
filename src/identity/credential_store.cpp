#include "identity/credential_store.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.hpp"
#include "identity/api_key.hpp"
#include "identity/credential_ids.hpp"
#include "identity/policy/principals.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kUserKeyPrefix = "AKIA";
constexpr std::size_t kSessionKeyBytes = 32;

void make_private_directory(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) {
    throw CredentialFileError(
        fmt::format("{}: cannot create it: {}", parent.string(), error.message()));
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw CredentialFileError(fmt::format("{}: cannot create it: {}", path, std::strerror(errno)));
  }
}

}  // namespace

std::shared_ptr<const CredentialStore> CredentialStore::open_blocking(
    const std::string& data_directory, const Clock& clock) {
  const std::string path = (std::filesystem::path(data_directory) / kFileName).string();
  std::optional<Credentials> credentials = read_credentials_blocking(path);
  if (!credentials) {
    make_private_directory(data_directory);
    create_credentials_blocking(path, make_credentials(clock));
    // Read back: another server may have been first, and its keys count then.
    credentials = read_credentials_blocking(path);
  }
  if (!credentials) throw CredentialFileError(path + " went away while the server started.");
  return std::make_shared<const CredentialStore>(std::move(*credentials));
}

CredentialStore::CredentialStore(Credentials credentials)
    : credentials_(std::move(credentials)), sessions_(credentials_.session_key) {
  for (const StoredAccessKey& key : credentials_.access_keys) {
    if (key.active) access_keys_.emplace(key.access_key_id, &key);
  }
  for (const StoredApiKey& key : credentials_.api_keys) {
    if (key.active) api_keys_.emplace(key.sha256, &key);
  }
}

Credentials CredentialStore::make_credentials(const Clock& clock) {
  const std::string now = format_iso8601_s(clock.now());
  Credentials out;
  out.account_id = generate_account_id();
  out.session_key = random_bytes(kSessionKeyBytes);
  out.access_keys.push_back({generate_access_key_id(kUserKeyPrefix), generate_secret_access_key(),
                             std::string(kAdministrator), true, now});
  const LongTermKey key = generate_long_term_key(out.account_id);
  out.api_keys.push_back({key.name, key.sha256, std::string(kAdministrator), true, now, key.value});
  return out;
}

std::string CredentialStore::derived_key(std::string_view purpose) const {
  return std::string(as_view(hmac_sha256(credentials_.session_key, purpose)));
}

const StoredAccessKey* CredentialStore::find_access_key(std::string_view access_key_id) const {
  const auto found = access_keys_.find(std::string(access_key_id));
  return found == access_keys_.end() ? nullptr : found->second;
}

const StoredApiKey* CredentialStore::find_api_key(std::string_view value) const {
  const auto found = api_keys_.find(long_term_key_digest(value));
  return found == api_keys_.end() ? nullptr : found->second;
}

const StoredAccessKey* CredentialStore::developer_access_key() const {
  for (const StoredAccessKey& key : credentials_.access_keys) {
    if (key.active) return &key;
  }
  return nullptr;
}

const StoredApiKey* CredentialStore::developer_api_key() const {
  for (const StoredApiKey& key : credentials_.api_keys) {
    if (key.active && key.value) return &key;
  }
  return nullptr;
}

Principal CredentialStore::principal_of(const std::string& user_name, Principal::Kind kind) const {
  Principal principal;
  principal.kind = kind;
  principal.account_id = credentials_.account_id;
  principal.arn = fmt::format("arn:aws:iam::{}:user/{}", credentials_.account_id, user_name);
  principal.user_name = user_name;
  policy::Caller caller;
  caller.type = policy::Caller::Type::kUser;
  caller.arn = principal.arn;
  caller.account_id = principal.account_id;
  caller.user_name = user_name;
  caller.unique_id = user_id_of(principal.account_id, user_name);
  principal.caller = std::make_shared<const policy::Caller>(std::move(caller));
  return principal;
}

}  // namespace bedplate::identity
