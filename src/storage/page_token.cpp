#include "storage/page_token.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"

namespace bedplate::storage {
namespace {

namespace json = boost::json;

constexpr std::size_t kSealBytes = 32;
constexpr std::size_t kTokenBytesMax = 8 * 1024;

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(json::string(*text)) : json::value();
}

json::value number_or_null(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value();
}

/// Everything that decides which resources are listed, and in which order.
std::string text_of(const ListQuery& query) {
  json::array parts;
  for (const std::string* part : {&query.region, &query.kind, &query.parent}) {
    parts.emplace_back(json::string(*part));
  }
  parts.emplace_back(static_cast<int>(query.order));
  parts.emplace_back(static_cast<int>(query.direction));
  parts.push_back(text_or_null(query.state));
  parts.push_back(text_or_null(query.name));
  parts.push_back(text_or_null(query.name_prefix));
  parts.push_back(text_or_null(query.name_contains));
  parts.push_back(number_or_null(query.created_after_ms));
  parts.push_back(number_or_null(query.created_before_ms));
  return "resources" + json::serialize(parts);
}

}  // namespace

PageTokens::PageTokens(std::string key) : key_(std::move(key)) {
  if (key_.size() < kSealBytes) throw std::invalid_argument("a page token's key has 32 bytes");
}

std::string PageTokens::seal(std::string_view account_id, std::string_view list,
                             std::string_view payload) const {
  // A JSON list keeps the parts apart, whatever they hold.
  const json::array parts{json::string(account_id), json::string(list), json::string(payload)};
  return std::string(as_view(hmac_sha256(key_, json::serialize(parts))));
}

std::string PageTokens::encode(std::string_view account_id, std::string_view list,
                               const Position& position) const {
  const json::array parts{json::string(position.sort), json::string(position.id)};
  const std::string payload = json::serialize(parts);
  return base64_encode(seal(account_id, list, payload) + payload);
}

Position PageTokens::decode(std::string_view account_id, std::string_view list,
                            std::string_view token) const {
  if (token.size() > kTokenBytesMax) throw BadPageToken();
  const auto bytes = base64_decode(token);
  if (!bytes || bytes->size() <= kSealBytes) throw BadPageToken();
  const std::string_view payload = std::string_view(*bytes).substr(kSealBytes);
  if (!equal_constant_time(std::string_view(*bytes).substr(0, kSealBytes),
                           seal(account_id, list, payload))) {
    throw BadPageToken();
  }
  boost::system::error_code error;
  const json::value parts = json::parse(payload, error);
  const json::array* list_of_parts = error ? nullptr : parts.if_array();
  if (list_of_parts == nullptr || list_of_parts->size() != 2) throw BadPageToken();
  const json::string* sort = (*list_of_parts)[0].if_string();
  const json::string* id = (*list_of_parts)[1].if_string();
  if (sort == nullptr || id == nullptr) throw BadPageToken();
  return {std::string(*sort), std::string(*id)};
}

std::string PageTokens::encode(const ListQuery& query, const Position& position) const {
  return encode(query.account_id, text_of(query), position);
}

Position PageTokens::decode(const ListQuery& query, std::string_view token) const {
  return decode(query.account_id, text_of(query), token);
}

}  // namespace bedplate::storage
