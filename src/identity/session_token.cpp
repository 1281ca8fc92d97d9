#include "identity/session_token.hpp"

#include <zlib.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "base/bytes.hpp"
#include "identity/credential_ids.hpp"

namespace bedplate::identity {
namespace {

namespace json = boost::json;

constexpr char kFormat = '\x02';
constexpr std::size_t kSealBytes = 32;
constexpr std::size_t kTokenBytesMax = 12 * 1024;
constexpr std::size_t kClaimsBytesMax =
    256 * 1024;  // uncompressed; what a request can hold is less

// Different texts before the data keep the two uses of one key apart.
Sha256Digest seal_of(std::string_view key, std::string_view payload) {
  return hmac_sha256(key, fmt::format("session-token\n{}", payload));
}

std::string deflated(std::string_view text) {
  uLongf length = compressBound(text.size());
  std::string out(length, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &length,
                reinterpret_cast<const Bytef*>(text.data()), text.size(), Z_BEST_SPEED) != Z_OK) {
    throw std::runtime_error("zlib cannot compress a session token");
  }
  out.resize(length);
  return out;
}

// Only what this server has sealed comes here.
std::string inflated(std::string_view bytes) {
  for (std::size_t room = 4'096; room <= kClaimsBytesMax; room *= 4) {
    std::string out(room, '\0');
    uLongf length = room;
    const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &length,
                                  reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (result == Z_BUF_ERROR) continue;
    if (result != Z_OK) break;
    out.resize(length);
    return out;
  }
  throw std::runtime_error("a sealed session token cannot be read");
}

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

std::vector<std::string> texts_of(const json::value& value) {
  std::vector<std::string> out;
  for (const json::value& text : value.as_array()) out.emplace_back(text.as_string());
  return out;
}

json::object given(const SessionClaims& claims) {
  json::array tags;
  for (const auto& [key, value] : claims.tags) {
    tags.emplace_back(key);
    tags.emplace_back(value);
  }
  return {{"tags", std::move(tags)},
          {"transitive", array_of(claims.transitive_tag_keys)},
          {"policy", claims.policy},
          {"policies", array_of(claims.policy_arns)}};
}

constexpr std::pair<SessionClaims::Type, const char*> kTypes[] = {
    {SessionClaims::Type::kUser, "user"},
    {SessionClaims::Type::kRole, "role"},
    {SessionClaims::Type::kFederated, "federated"},
};

const char* name_of(SessionClaims::Type type) {
  for (const auto& [value, name] : kTypes) {
    if (value == type) return name;
  }
  throw std::logic_error("a type of session without a name");
}

SessionClaims::Type type_named(std::string_view text) {
  for (const auto& [value, name] : kTypes) {
    if (name == text) return value;
  }
  throw std::runtime_error("a sealed session token of an unknown type");
}

json::object object_of(const SessionClaims& claims) {
  return {{"type", name_of(claims.type)},
          {"key", claims.access_key_id},
          {"account", claims.account_id},
          {"arn", claims.arn},
          {"user", claims.user_name},
          {"entity", claims.entity_id},
          {"issued_ms", claims.issued.time_since_epoch().count()},
          {"expires_ms", claims.expires.time_since_epoch().count()},
          {"source", claims.source_identity},
          {"given", given(claims)}};
}

SessionClaims claims_of(const json::object& object) {
  const auto text = [&object](const char* name) {
    return std::string(object.at(name).as_string());
  };
  const auto time = [&object](const char* name) {
    return Timestamp(std::chrono::milliseconds(object.at(name).as_int64()));
  };
  SessionClaims claims;
  claims.type = type_named(text("type"));
  claims.access_key_id = text("key");
  claims.account_id = text("account");
  claims.arn = text("arn");
  claims.user_name = text("user");
  claims.entity_id = text("entity");
  claims.issued = time("issued_ms");
  claims.expires = time("expires_ms");
  claims.source_identity = text("source");
  const json::object& given = object.at("given").as_object();
  const std::vector<std::string> tags = texts_of(given.at("tags"));
  for (std::size_t i = 0; i + 1 < tags.size(); i += 2) {
    claims.tags.emplace_back(tags[i], tags[i + 1]);
  }
  claims.transitive_tag_keys = texts_of(given.at("transitive"));
  claims.policy = std::string(given.at("policy").as_string());
  claims.policy_arns = texts_of(given.at("policies"));
  return claims;
}

}  // namespace

std::string SessionSealer::secret_of(std::string_view access_key_id) const {
  const Sha256Digest digest = hmac_sha256(key_, fmt::format("session-secret\n{}", access_key_id));
  return base64_encode(as_view(digest).substr(0, 30));  // forty characters, as AWS's have
}

std::size_t SessionSealer::packed_bytes(const SessionClaims& claims) {
  return deflated(json::serialize(given(claims))).size();
}

SessionCredentials SessionSealer::mint(SessionClaims claims) const {
  claims.access_key_id = generate_access_key_id(kTemporaryKeyPrefix);
  SessionCredentials out;
  out.access_key_id = claims.access_key_id;
  out.secret = secret_of(out.access_key_id);
  out.expires = claims.expires;
  const std::string payload = deflated(json::serialize(object_of(claims)));
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
  return claims_of(json::parse(inflated(payload)).as_object());
}

}  // namespace bedplate::identity
