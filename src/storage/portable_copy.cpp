#include "storage/portable_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/errors.hpp"
#include "storage/migrations/migrations.hpp"
#include "storage/sql/migrate.hpp"
#include "storage/sqlite/sqlite_connection.hpp"

namespace bedplate::storage {
namespace {

constexpr std::int64_t kBatchRows = 500;

std::string placeholders(std::size_t count) {
  std::string out;
  for (std::size_t i = 1; i <= count; ++i) out += fmt::format("{}${}", i > 1 ? ", " : "", i);
  return out;
}

std::vector<sql::Parameter> parameters_of(std::span<const sql::Value> values) {
  std::vector<sql::Parameter> out;
  for (const sql::Value& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.emplace_back(*number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      out.emplace_back(std::string_view(*text));
    } else {
      out.emplace_back();
    }
  }
  return out;
}

void copy_table(const PortableTable& table, sql::Connection& source, sql::Connection& target) {
  const std::string columns = fmt::format("{}", fmt::join(table.columns, ", "));
  const std::string keys = fmt::format(
      "{}",
      fmt::join(table.columns.begin(),
                table.columns.begin() + static_cast<std::ptrdiff_t>(table.key_columns), ", "));
  const std::string first =
      fmt::format("SELECT {} FROM {} ORDER BY {} LIMIT {}", columns, table.name, keys, kBatchRows);
  const std::string next =
      fmt::format("SELECT {} FROM {} WHERE ({}) > ({}) ORDER BY {} LIMIT {}", columns, table.name,
                  keys, placeholders(table.key_columns), keys, kBatchRows);
  const std::string insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, columns,
                                         placeholders(table.columns.size()));
  sql::Rows rows = source.query(first);
  while (!rows.empty()) {
    for (const sql::Row& row : rows) {
      const auto values = parameters_of(row.values());
      target.execute(insert, std::span<const sql::Parameter>(values));
    }
    if (static_cast<std::int64_t>(rows.size()) < kBatchRows) return;
    const sql::Row last = rows.back();
    const auto key = parameters_of(std::span(last.values()).first(table.key_columns));
    rows = source.query(next, std::span<const sql::Parameter>(key));
  }
}

std::map<std::string, std::int64_t> generations_of(sql::Connection& connection) {
  std::map<std::string, std::int64_t> out;
  for (const sql::Row& row : connection.query("SELECT group_name, counter FROM generations")) {
    out[row.text(0)] = row.integer(1);
  }
  return out;
}

}  // namespace

std::span<const PortableTable> portable_tables() {
  static const std::vector<PortableTable> tables{
      {"resources",
       {"kind", "account_id", "region", "parent", "id", "name", "unique_key", "state", "created_ms",
        "updated_ms", "version", "document"},
       5},
      {"tags", {"account_id", "resource_arn", "tag_key", "tag_value"}, 3},
      {"client_tokens",
       {"account_id", "region", "operation", "token", "request_hash", "resource_id", "expires_ms"},
       4},
      {"settings", {"account_id", "region", "name", "document", "version"}, 3},
      {"generations", {"group_name", "counter"}, 1},
      {"jobs",
       {"id", "kind", "account_id", "region", "priority", "ready_ms", "holder", "lease", "attempts",
        "attempts_max", "cancel_requested", "created_ms", "document", "checkpoint", "last_error"},
       1},
      {"job_turns", {"account_id", "turn"}, 1},
      {"job_parts", {"job_id", "stream", "number", "content"}, 3},
  };
  return tables;
}

void copy_contents(sql::Connection& source, sql::Connection& target) {
  for (const PortableTable& table : portable_tables()) copy_table(table, source, target);
}

void replace_contents(sql::Connection& source, sql::Connection& target) {
  auto generations = generations_of(target);
  for (const auto& [group, counter] : generations_of(source)) {
    generations[group] = std::max(generations[group], counter);
  }
  for (const PortableTable& table : portable_tables()) {
    target.execute(fmt::format("DELETE FROM {}", table.name));
  }
  copy_contents(source, target);
  for (const auto& [group, counter] : generations) {
    target.execute(
        "INSERT INTO generations (group_name, counter) VALUES ($1, $2) ON CONFLICT (group_name) "
        "DO UPDATE SET counter = excluded.counter",
        {group, counter + 1});
  }
  // Until PostgreSQL knows how many rows there are, it may take any index of a resource's key.
  for (const PortableTable& table : portable_tables()) target.gather_statistics(table.name);
}

std::unique_ptr<sql::Connection> open_backup_blocking(const std::filesystem::path& file) {
  // A copy in a temporary database that SQLite removes: an older backup is migrated there.
  auto copy = std::make_unique<sqlite::SqliteConnection>("", sqlite::Access::kReadWrite);
  copy->load_blocking(file);
  if (copy->application_id() != sqlite::kApplicationId || sql::schema_version(*copy) == 0) {
    throw StoreUnusable(fmt::format("{} is no backup of Bedplate's", file.string()));
  }
  copy->check_integrity(sqlite::Thoroughness::kFull);
  sql::migrate(*copy, all_migrations());
  return copy;
}

}  // namespace bedplate::storage
