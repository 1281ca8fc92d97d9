// Transaction: single resources.
#include <fmt/format.h>

#include <stdexcept>

#include "storage/errors.hpp"
#include "storage/sql/resource_columns.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {
namespace sql {

Resource read_resource(const Row& row) {
  Resource out;
  out.key = {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4)};
  out.name = row.text(5);
  if (!row.is_null(6)) out.unique_key = row.text(6);
  out.state = row.text(7);
  out.created_ms = row.integer(8);
  out.updated_ms = row.integer(9);
  out.version = row.integer(10);
  out.document = row.text(11);
  return out;
}

}  // namespace sql

namespace {

std::string described(const ResourceKey& key) {
  return fmt::format("{} '{}'", key.kind, key.id);
}

/// Longer keys would fit into SQLite's indexes, but not into PostgreSQL's.
void check_lengths(const Resource& resource) {
  const ResourceKey& key = resource.key;
  std::size_t total = 0;
  for (const std::string_view part :
       {std::string_view(key.account_id), std::string_view(key.region), std::string_view(key.kind),
        std::string_view(key.parent), std::string_view(key.id), std::string_view(resource.name),
        std::string_view(resource.unique_key ? *resource.unique_key : ""),
        std::string_view(resource.state)}) {
    if (part.size() > kKeyBytesMax) {
      throw std::length_error("a key of a resource is longer than 1,024 bytes");
    }
    total += part.size();
  }
  if (total > kKeysBytesMax) {
    throw std::length_error("the keys of a resource are longer than 2,400 bytes together");
  }
}

[[noreturn]] void unique_key_taken(const Resource& resource) {
  throw AlreadyExists(AlreadyExists::By::kUniqueKey,
                      fmt::format("there is another {} of the name '{}'", resource.key.kind,
                                  resource.unique_key.value_or("")));
}

[[noreturn]] void conflict(const ResourceKey& key, std::int64_t actual, std::int64_t expected) {
  throw VersionConflict(actual,
                        fmt::format("{} has version {}, not {}", described(key), actual, expected));
}

constexpr std::string_view kByKey =
    " WHERE kind = $1 AND account_id = $2 AND region = $3 AND parent = $4 AND id = $5";

}  // namespace

std::optional<Resource> Transaction::get(const ResourceKey& key) {
  static const std::string statement =
      "SELECT " BEDPLATE_RESOURCE_COLUMNS " FROM resources" + std::string(kByKey);
  const sql::Rows rows =
      connection_.query(statement, {key.kind, key.account_id, key.region, key.parent, key.id});
  if (rows.empty()) return std::nullopt;
  return sql::read_resource(rows.front());
}

std::optional<Resource> Transaction::find_unique(std::string_view account_id,
                                                 std::string_view region, std::string_view kind,
                                                 std::string_view unique_key) {
  const sql::Rows rows = connection_.query(
      "SELECT " BEDPLATE_RESOURCE_COLUMNS
      " FROM resources WHERE kind = $1 AND account_id = $2 AND region = $3 AND unique_key = $4",
      {kind, account_id, region, unique_key});
  if (rows.empty()) return std::nullopt;
  return sql::read_resource(rows.front());
}

void Transaction::insert(const Resource& resource) {
  check_lengths(resource);
  const ResourceKey& key = resource.key;
  // DO NOTHING and not an error: after an error PostgreSQL would refuse the rest of the
  // transaction, and whoever catches AlreadyExists may want to go on.
  const std::int64_t inserted = connection_.execute(
      "INSERT INTO resources (" BEDPLATE_RESOURCE_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11) ON CONFLICT DO NOTHING",
      {key.account_id, key.region, key.kind, key.parent, key.id, resource.name,
       sql::nullable(resource.unique_key), resource.state, resource.created_ms, resource.updated_ms,
       resource.document});
  if (inserted == 1) return;
  if (get(key)) {
    throw AlreadyExists(AlreadyExists::By::kId,
                        fmt::format("there already is a {}", described(key)));
  }
  unique_key_taken(resource);
}

std::int64_t Transaction::update(const Resource& resource, std::int64_t expected_version) {
  check_lengths(resource);
  const ResourceKey& key = resource.key;
  if (resource.unique_key) {
    const auto holder = find_unique(key.account_id, key.region, key.kind, *resource.unique_key);
    if (holder && holder->key != key) unique_key_taken(resource);
  }
  static const std::string statement =
      "UPDATE resources SET name = $6, unique_key = $7, state = $8, updated_ms = $9, "
      "document = $10, version = version + 1" +
      std::string(kByKey) + " AND version = $11";
  const std::int64_t updated = connection_.execute(
      statement, {key.kind, key.account_id, key.region, key.parent, key.id, resource.name,
                  sql::nullable(resource.unique_key), resource.state, resource.updated_ms,
                  resource.document, expected_version});
  if (updated == 1) return expected_version + 1;
  const auto now = get(key);
  if (!now) throw NotFound(fmt::format("there is no {}", described(key)));
  conflict(key, now->version, expected_version);
}

bool Transaction::erase(const ResourceKey& key, std::optional<std::int64_t> expected_version) {
  if (expected_version) {
    const auto now = get(key);
    if (now && now->version != *expected_version) conflict(key, now->version, *expected_version);
  }
  static const std::string statement = "DELETE FROM resources" + std::string(kByKey);
  return connection_.execute(statement,
                             {key.kind, key.account_id, key.region, key.parent, key.id}) == 1;
}

}  // namespace bedplate::storage
