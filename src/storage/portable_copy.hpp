// Contents from one database to another, whatever their kinds: backups of PostgreSQL and every
// restore.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "storage/sql/connection.hpp"

namespace bedplate::storage {

/// A table and its columns, those of its primary key first. A new table needs its place here, or
/// backups would miss it (a test compares this with the schema).
struct PortableTable {
  std::string_view name;
  std::vector<std::string_view> columns;
  std::size_t key_columns;
};
std::span<const PortableTable> portable_tables();

/// Copies all rows. Both have the same schema; `target` is empty.
void copy_contents(sql::Connection& source, sql::Connection& target);

/// Erases what is in `target` and copies all rows, within its transaction; raises every generation,
/// so that whoever keeps something in memory reads it again.
void replace_contents(sql::Connection& source, sql::Connection& target);

/// A checked copy of a backup with the schema of this binary. Throws StoreUnusable.
std::unique_ptr<sql::Connection> open_backup_blocking(const std::filesystem::path& file);

}  // namespace bedplate::storage
