// Derived signing keys, remembered: deriving costs four HMACs and every request of one client on
// one day needs the same key.
#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "base/bytes.hpp"
#include "identity/signature_claim.hpp"

namespace bedplate::identity {

/// Bounded; safe from every thread. Entries are bound to the secret they came from, so a rotated
/// secret never meets an old key.
class SigningKeyCache {
 public:
  static constexpr std::size_t kEntriesMax = 1024;

  /// The signing key of `scope` for `secret`, derived when it is not known yet. Call it only for a
  /// known access key id: what clients make up must not fill the cache.
  Sha256Digest get(const CredentialScope& scope, std::string_view secret);

  std::size_t size() const;

 private:
  struct Entry {
    std::string secret;
    Sha256Digest key;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace bedplate::identity
