// What a kind of database does for the store: sqlite/ and postgres/ are the two.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "storage/sql/connection.hpp"

namespace bedplate::storage {

class Backend {
 public:
  virtual ~Backend() = default;

  /// Runs `work` in one transaction: a snapshot to read from, or a write that is durable when this
  /// returns. `work` may be run more than once. Throws what `work` throws, and StoreError.
  virtual void run_blocking(sql::Mode mode, const std::function<void(sql::Connection&)>& work) = 0;
  /// Writes all of the database, as of one moment, to an empty file, as a SQLite database.
  virtual void write_snapshot_blocking(const std::filesystem::path& file) = 0;
  /// Throws StoreUnusable when the database is damaged. Reads all of it.
  virtual void check_blocking() = 0;
  /// For people: which database, where. Without a password.
  virtual std::string description() const = 0;
  /// How many transactions that write are worth starting at once.
  virtual std::size_t writers() const = 0;
};

}  // namespace bedplate::storage
