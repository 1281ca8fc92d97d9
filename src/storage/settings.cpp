// Transaction: single values, and the counters that tell of changes.
#include <fmt/format.h>

#include "storage/errors.hpp"
#include "storage/sql/connection.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {

std::optional<Setting> Transaction::setting(std::string_view account_id, std::string_view region,
                                            std::string_view name) {
  const sql::Rows rows = connection_.query(
      "SELECT document, version FROM settings WHERE account_id = $1 AND region = $2 AND name = $3",
      {account_id, region, name});
  if (rows.empty()) return std::nullopt;
  return Setting{rows[0].text(0), rows[0].integer(1)};
}

std::int64_t Transaction::put_setting(std::string_view account_id, std::string_view region,
                                      std::string_view name, std::string_view document,
                                      std::optional<std::int64_t> expected_version) {
  const auto before = setting(account_id, region, name);
  const std::int64_t version = before ? before->version : 0;
  if (expected_version && *expected_version != version) {
    throw VersionConflict(version, fmt::format("the setting {} has version {}, not {}", name,
                                               version, *expected_version));
  }
  connection_.execute(
      "INSERT INTO settings (account_id, region, name, document, version) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, region, name) "
      "DO UPDATE SET document = excluded.document, version = excluded.version",
      {account_id, region, name, document, version + 1});
  return version + 1;
}

bool Transaction::erase_setting(std::string_view account_id, std::string_view region,
                                std::string_view name) {
  return connection_.execute(
             "DELETE FROM settings WHERE account_id = $1 AND region = $2 AND name = $3",
             {account_id, region, name}) == 1;
}

void Transaction::touch(std::string_view group) {
  const sql::Rows rows = connection_.query(
      "INSERT INTO generations (group_name, counter) VALUES ($1, 1) ON CONFLICT (group_name) "
      "DO UPDATE SET counter = generations.counter + 1 RETURNING counter",
      {group});
  touched_.insert_or_assign(std::string(group), rows.at(0).integer(0));
}

std::int64_t Transaction::generation(std::string_view group) {
  const sql::Rows rows =
      connection_.query("SELECT counter FROM generations WHERE group_name = $1", {group});
  return rows.empty() ? 0 : rows[0].integer(0);
}

}  // namespace bedplate::storage
