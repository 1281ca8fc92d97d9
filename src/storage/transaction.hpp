// What can be done within one transaction: all of it happens, or nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/list_query.hpp"
#include "storage/resource.hpp"

namespace bedplate::storage {

namespace sql {
class Connection;
}

struct Tag {
  std::string key;
  std::string value;

  bool operator==(const Tag&) const = default;
};

/// A create that was asked for with a client request token.
struct ClientToken {
  std::string account_id;
  std::string region;
  std::string operation;
  std::string token;
  std::string request_hash;  ///< of the request, to notice another one with the same token
  std::string resource_id;   ///< what it made
  std::int64_t expires_ms = 0;
};

struct Setting {
  std::string document;
  std::int64_t version = 0;
};

/// Made by Store::read and Store::write. Not to be kept. Texts must be UTF-8 without NUL, else
/// std::invalid_argument; every function may throw StoreFull and StoreUnavailable.
class Transaction {
 public:
  explicit Transaction(sql::Connection& connection) : connection_(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Resources.
  std::optional<Resource> get(const ResourceKey& key);
  std::optional<Resource> find_unique(std::string_view account_id, std::string_view region,
                                      std::string_view kind, std::string_view unique_key);
  /// `resource.version` is ignored: it becomes 1. Throws AlreadyExists.
  void insert(const Resource& resource);
  /// Replaces name, unique_key, state, updated_ms and document. Returns the new version. Throws
  /// VersionConflict, NotFound, or AlreadyExists when another resource has the unique_key.
  std::int64_t update(const Resource& resource, std::int64_t expected_version);
  /// False when there is none. Throws VersionConflict when a version is expected and differs.
  /// Its tags and its children are the caller's to erase.
  bool erase(const ResourceKey& key, std::optional<std::int64_t> expected_version = std::nullopt);
  ListPage list(const ListQuery& query);
  /// How many there are, whatever the page.
  std::int64_t count(const ListQuery& query);
  std::vector<Resource> scan(const ScanQuery& query);

  // Tags.
  std::vector<Tag> tags(std::string_view account_id, std::string_view resource_arn);  ///< by key
  /// Adds tags, or gives those that exist another value.
  void put_tags(std::string_view account_id, std::string_view resource_arn,
                const std::vector<Tag>& tags);
  void erase_tags(std::string_view account_id, std::string_view resource_arn,
                  const std::vector<std::string>& keys);
  void erase_all_tags(std::string_view account_id, std::string_view resource_arn);
  /// ARNs of an account that have the tag, in order. `value`: with that value only; `after`: the
  /// last ARN of the page before.
  std::vector<std::string> tagged(std::string_view account_id, std::string_view key,
                                  const std::optional<std::string>& value,
                                  std::string_view after = {}, std::int64_t limit = 1'000);

  // Client request tokens.
  /// Nothing when it is unknown or has expired.
  std::optional<ClientToken> find_client_token(std::string_view account_id, std::string_view region,
                                               std::string_view operation, std::string_view token,
                                               std::int64_t now_ms);
  /// Takes the place of an expired one. Throws AlreadyExists when one is still in force.
  void remember_client_token(const ClientToken& token, std::int64_t now_ms);
  /// Returns how many were erased; call again while it is `limit`.
  std::int64_t purge_client_tokens(std::int64_t now_ms, std::int64_t limit = 1'000);

  // Settings: single values.
  std::optional<Setting> setting(std::string_view account_id, std::string_view region,
                                 std::string_view name);
  /// Returns the new version. `expected_version`: 0 when it must not exist yet; nothing: whatever
  /// is there. Throws VersionConflict.
  std::int64_t put_setting(std::string_view account_id, std::string_view region,
                           std::string_view name, std::string_view document,
                           std::optional<std::int64_t> expected_version = std::nullopt);
  bool erase_setting(std::string_view account_id, std::string_view region, std::string_view name);

  // Generations: how others notice a change (Store::generation).
  void touch(std::string_view group);
  std::int64_t generation(std::string_view group);
  const std::map<std::string, std::int64_t, std::less<>>& touched() const { return touched_; }

  /// For layers with tables of their own.
  sql::Connection& connection() { return connection_; }

 private:
  sql::Connection& connection_;
  std::map<std::string, std::int64_t, std::less<>> touched_;
};

}  // namespace bedplate::storage
