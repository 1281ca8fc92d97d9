// Bedrock API keys: the two kinds of text behind `Authorization: Bearer`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "identity/sigv4.hpp"
#include "wire/http.hpp"

namespace bedplate::identity {

inline constexpr std::string_view kLongTermKeyPrefix = "ABSK";
inline constexpr std::string_view kShortTermKeyPrefix = "bedrock-api-key-";

/// A long-term key as it is made: only its digest needs to be kept to know it again.
struct LongTermKey {
  std::string name;    ///< BedrockAPIKey-xxxx-at-123456789012
  std::string value;   ///< ABSK and the base64 of "name:secret"
  std::string sha256;  ///< hex digest of `value`
};

LongTermKey generate_long_term_key(const std::string& account_id);

/// The hex digest under which a long-term key is stored. Its secret has 256 random bits, so a plain
/// digest cannot be searched.
std::string long_term_key_digest(std::string_view value);

/// A short-term key is a presigned request that was never sent. Makes one, as AWS's
/// aws-bedrock-token-generator does; `expires` is 1 s to 12 h.
std::string generate_short_term_key(const AccessKey& key, const std::string& region, Timestamp time,
                                    std::chrono::seconds expires);

/// The request inside a short-term key, ready for SignatureVerifier. Nothing when `text` is not
/// one: other host, other action, no presigned query, more than 12 h.
std::optional<wire::Request> read_short_term_key(std::string_view text);

}  // namespace bedplate::identity
