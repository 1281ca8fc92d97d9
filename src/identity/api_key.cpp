#include "identity/api_key.hpp"

#include <charconv>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "identity/canonical_request.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kHost = "bedrock.amazonaws.com";
constexpr std::string_view kTarget = "/?Action=CallWithBearerToken";
constexpr std::string_view kVersion = "&Version=1";  // appended after signing
constexpr std::int64_t kSecondsMax = 12 * 3600;
constexpr std::size_t kTextBytesMax = 8 * 1024;
constexpr std::size_t kSecretBytes = 32;

// The canonical query is sorted and decoded, so one search finds the parameter however it was sent.
bool lives_12_hours_at_most(std::string_view canonical_query) {
  constexpr std::string_view kName = "&X-Amz-Expires=";
  const std::size_t at = canonical_query.find(kName);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = canonical_query.substr(at + kName.size());
  const std::string_view digits = rest.substr(0, rest.find('&'));
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return error == std::errc{} && end == digits.data() + digits.size() && seconds >= 1 &&
         seconds <= kSecondsMax;
}

}  // namespace

LongTermKey generate_long_term_key(const std::string& account_id) {
  LongTermKey key;
  key.name = fmt::format("BedrockAPIKey-{}-at-{}", random_base62(4), account_id);
  const std::string secret = base64_encode(random_bytes(kSecretBytes));
  key.value = std::string(kLongTermKeyPrefix) + base64_encode(key.name + ":" + secret);
  key.sha256 = long_term_key_digest(key.value);
  return key;
}

std::string long_term_key_digest(std::string_view value) {
  return hex_encode(as_view(sha256(value)));
}

std::string generate_short_term_key(const AccessKey& key, const std::string& region, Timestamp time,
                                    std::chrono::seconds expires) {
  wire::Request request;
  request.method = "POST";
  request.target = kTarget;
  request.headers.add("host", std::string(kHost));
  SignOptions options;
  options.region = region;
  options.service = "bedrock";
  options.time = time;
  options.expires = expires;
  presign(request, key, options);
  return std::string(kShortTermKeyPrefix) +
         base64_encode(fmt::format("{}{}{}", kHost, request.target, kVersion));
}

std::optional<wire::Request> read_short_term_key(std::string_view text) {
  if (text.size() > kTextBytesMax || !text.starts_with(kShortTermKeyPrefix)) return std::nullopt;
  text.remove_prefix(kShortTermKeyPrefix.size());
  const std::optional<std::string> decoded = base64_decode(text);
  if (!decoded) return std::nullopt;
  std::string_view url = *decoded;
  if (!url.starts_with(kHost) || !url.ends_with(kVersion)) return std::nullopt;
  url.remove_suffix(kVersion.size());
  url.remove_prefix(kHost.size());
  if (!url.starts_with("/?")) return std::nullopt;

  wire::Request request;
  request.method = "POST";
  request.target = url;
  request.headers.add("host", std::string(kHost));
  const std::string query = canonical_query(request.query(), true);
  if (!query.starts_with("Action=CallWithBearerToken&") || !lives_12_hours_at_most(query)) {
    return std::nullopt;
  }
  return request;
}

}  // namespace bedplate::identity
