// The schema's history, embedded in the binary. docs/storage.md says how to add a migration.
#pragma once

#include <span>
#include <string_view>

namespace bedplate::storage {

/// One step of the schema, forward only. Its text is SQL that SQLite takes as it is; PostgreSQL
/// gets `TEXT` and `INTEGER` as its own types (see PgConnection::run_script).
struct Migration {
  int number;  ///< 1, 2, …: without gaps
  std::string_view name;
  std::string_view sql;
};

/// All migrations of this binary, in order.
std::span<const Migration> all_migrations();

}  // namespace bedplate::storage
