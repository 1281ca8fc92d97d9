#include "storage/open_store.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "storage/postgres/pg_backend.hpp"
#include "storage/sqlite/sqlite_backend.hpp"

namespace bedplate::storage {
namespace {

std::string read_password(const StoreOptions& options) {
  std::string password;
  if (!options.password_env.empty()) {
    const char* value = std::getenv(options.password_env.c_str());
    if (value == nullptr) {
      throw std::invalid_argument(
          fmt::format("the environment variable {} for PostgreSQL's password is not set",
                      options.password_env));
    }
    password = value;
  } else if (!options.password_file.empty()) {
    std::ifstream file(options.password_file);
    if (!std::getline(file, password)) {
      throw std::invalid_argument(
          fmt::format("the password file {} cannot be read", options.password_file.string()));
    }
    if (password.ends_with('\r')) password.pop_back();
  } else {
    return {};
  }
  if (password.empty()) throw std::invalid_argument("PostgreSQL's password is empty");
  return password;
}

std::unique_ptr<Backend> open_backend(const StoreOptions& options) {
  if (options.kind == StoreOptions::Kind::kSqlite) {
    sqlite::SqliteOptions own;
    own.file = options.file;
    own.readers = options.limits.readers;
    return std::make_unique<sqlite::SqliteBackend>(own);
  }
  postgres::PgOptions own;
  own.url = options.url;
  own.password = read_password(options);
  own.readers = options.limits.readers;
  return std::make_unique<postgres::PgBackend>(own);
}

}  // namespace

void check_postgres_url(const std::string& url) {
  postgres::check_url(url);
}

std::unique_ptr<Store> open_store_blocking(const StoreOptions& options) {
  return std::make_unique<Store>(open_backend(options), options.limits);
}

}  // namespace bedplate::storage
