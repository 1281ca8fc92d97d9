// Hex, base64, percent-encoding and hashing of byte strings.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

std::string hex_encode(std::string_view bytes);  ///< lower case
std::string base64_encode(std::string_view bytes);
/// Standard alphabet, padding required; nothing on any other character. White space is refused.
std::optional<std::string> base64_decode(std::string_view text);

/// Percent-encodes every byte but RFC 3986's unreserved ones (and '/' when `keep_slash`).
std::string uri_encode(std::string_view text, bool keep_slash = false);
/// Nothing when a '%' is not followed by two hex digits.
std::optional<std::string> uri_decode(std::string_view text);

using Sha256Digest = std::array<unsigned char, 32>;
Sha256Digest sha256(std::string_view data);
Sha256Digest hmac_sha256(std::string_view key, std::string_view data);
inline std::string_view as_view(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

/// Cryptographically strong random bytes.
std::string random_bytes(std::size_t count);

bool is_valid_utf8(std::string_view text);
/// Characters (code points) of a text that is valid UTF-8.
std::size_t count_characters(std::string_view text);

}  // namespace bedplate
