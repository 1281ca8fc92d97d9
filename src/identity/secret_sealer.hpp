// Secrets as the store may hold them: encrypted under a key that is not in the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bedplate::identity {

/// AES-256-GCM with a random nonce. Safe from every thread.
class SecretSealer {
 public:
  /// `key`: 32 secret bytes. Servers that share a database need the same.
  explicit SecretSealer(std::string key);

  /// Base64. `bound_to`: what the secret belongs to, e.g. an access key id; it opens with the same
  /// only, so that no secret can be moved to another row.
  std::string seal(std::string_view secret, std::string_view bound_to) const;

  /// Nothing when the text was sealed under another key or for something else, or was changed.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to) const;

 private:
  std::string key_;
};

}  // namespace bedplate::identity
