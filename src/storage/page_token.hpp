// The tokens with which clients ask for the next page of a list.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/list_query.hpp"

namespace bedplate::storage {

/// Not a token of ours, changed on its way, of another account, or of another list.
class BadPageToken : public std::runtime_error {
 public:
  BadPageToken() : std::runtime_error("the page token is not one of this list's") {}
};

/// Opaque and tamper-evident: a position, sealed with an HMAC over it, the account and all of the
/// query but the page itself (its size may change from page to page).
class PageTokens {
 public:
  /// `key`: 32 secret bytes; servers that share a database need the same.
  explicit PageTokens(std::string key);

  std::string encode(const ListQuery& query, const Position& position) const;
  /// Throws BadPageToken.
  Position decode(const ListQuery& query, std::string_view token) const;

  /// For lists that are not of resources: `list` says in any unambiguous way what is listed and
  /// how it is filtered and sorted.
  std::string encode(std::string_view account_id, std::string_view list,
                     const Position& position) const;
  Position decode(std::string_view account_id, std::string_view list, std::string_view token) const;

 private:
  std::string seal(std::string_view account_id, std::string_view list,
                   std::string_view payload) const;

  std::string key_;
};

}  // namespace bedplate::storage
