#include "identity/signing_key_cache.hpp"

#include <mutex>

#include "identity/sigv4.hpp"

namespace bedplate::identity {

Sha256Digest SigningKeyCache::get(const CredentialScope& scope, std::string_view secret) {
  std::string name;
  name.reserve(96);
  name.append(scope.access_key_id).append("/").append(scope.date).append("/");
  name.append(scope.region).append("/").append(scope.service);
  {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(name);
    if (found != entries_.end() && equal_constant_time(found->second.secret, secret)) {
      return found->second.key;
    }
  }
  const Sha256Digest key = derive_signing_key(secret, scope.date, scope.region, scope.service);
  const std::unique_lock lock(mutex_);
  // Yesterday's entries are never asked for again; clearing all is simpler than telling them apart.
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_.insert_or_assign(std::move(name), Entry{std::string(secret), key});
  return key;
}

std::size_t SigningKeyCache::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace bedplate::identity
