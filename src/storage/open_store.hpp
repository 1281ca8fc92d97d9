// From a configuration to a store.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/store.hpp"

namespace bedplate::storage {

struct StoreOptions {
  enum class Kind { kSqlite, kPostgres };
  Kind kind = Kind::kSqlite;
  std::filesystem::path file;  ///< of SQLite
  std::string url;             ///< of PostgreSQL, without a password
  std::string password_env;    ///< the environment variable that holds the password, or empty
  std::filesystem::path password_file;  ///< its first line is the password; or empty
  StoreLimits limits;
};

/// Throws std::invalid_argument when the URL is none, or holds a password.
void check_postgres_url(const std::string& url);

/// Opens the database, makes it when there is none (SQLite), and migrates it. Throws StoreError,
/// and std::invalid_argument for a wrong URL or a password that cannot be read.
std::unique_ptr<Store> open_store_blocking(const StoreOptions& options);

}  // namespace bedplate::storage
