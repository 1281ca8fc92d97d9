#include "identity/session_token.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "identity/credential_ids.hpp"

namespace bedplate::identity {
namespace {

constexpr char kFormat = '\x01';
constexpr std::size_t kSealBytes = 32;
constexpr std::size_t kTokenBytesMax = 8 * 1024;

// Different texts before the data keep the two uses of one key apart.
Sha256Digest seal_of(std::string_view key, std::string_view payload) {
  return hmac_sha256(key, fmt::format("session-token\n{}", payload));
}

}  // namespace

std::string SessionSealer::secret_of(std::string_view access_key_id) const {
  const Sha256Digest digest = hmac_sha256(key_, fmt::format("session-secret\n{}", access_key_id));
  return base64_encode(as_view(digest).substr(0, 30));  // forty characters, as AWS's have
}

SessionCredentials SessionSealer::mint(const Principal& principal, Timestamp expires) const {
  SessionCredentials out;
  out.access_key_id = generate_access_key_id(kTemporaryKeyPrefix);
  out.secret = secret_of(out.access_key_id);
  out.expires = expires;
  const boost::json::object claims{{"key", out.access_key_id},
                                   {"account", principal.account_id},
                                   {"arn", principal.arn},
                                   {"user", principal.user_name},
                                   {"expires_ms", expires.time_since_epoch().count()}};
  const std::string payload = boost::json::serialize(claims);
  const Sha256Digest seal = seal_of(key_, payload);
  out.session_token = base64_encode(fmt::format("{}{}{}", kFormat, as_view(seal), payload));
  return out;
}

std::optional<SessionClaims> SessionSealer::open(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const std::optional<std::string> bytes = base64_decode(token);
  if (!bytes || bytes->size() <= 1 + kSealBytes || bytes->front() != kFormat) return std::nullopt;
  const std::string_view seal = std::string_view(*bytes).substr(1, kSealBytes);
  const std::string_view payload = std::string_view(*bytes).substr(1 + kSealBytes);
  if (!equal_constant_time(seal, as_view(seal_of(key_, payload)))) return std::nullopt;
  // Sealed by this server, so it has the shape mint() gave it.
  const boost::json::object claims = boost::json::parse(payload).as_object();
  const auto text = [&claims](const char* name) {
    return std::string(claims.at(name).as_string());
  };
  return SessionClaims{text("key"), text("account"), text("arn"), text("user"),
                       Timestamp(std::chrono::milliseconds(claims.at("expires_ms").as_int64()))};
}

}  // namespace bedplate::identity
