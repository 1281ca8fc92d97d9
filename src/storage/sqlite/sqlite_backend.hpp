// The default: one SQLite file in WAL mode, several readers beside one writer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/backend.hpp"
#include "storage/sqlite/sqlite_connection.hpp"

namespace bedplate::storage::sqlite {

struct SqliteOptions {
  std::filesystem::path file;
  std::size_t readers = 4;
  /// For another process that writes (a restore), or for a connection of our own.
  std::chrono::milliseconds busy_timeout{5'000};
  /// The file grows no further than this; 0: no bound but the disk's. For tests of a full disk.
  std::int64_t pages_max = 0;
};

class SqliteBackend final : public Backend {
 public:
  /// Makes folder (0700) and file (0600) when there are none, and migrates. Throws StoreError.
  explicit SqliteBackend(SqliteOptions options);

  void run_blocking(sql::Mode mode, const std::function<void(sql::Connection&)>& work) override;
  void write_snapshot_blocking(const std::filesystem::path& file) override;
  void check_blocking() override;
  std::string description() const override;
  std::size_t writers() const override { return 1; }

 private:
  /// A reader's connection, given back at the end.
  class Borrowed;
  /// The writer, for one at a time. (No std::timed_mutex: ThreadSanitizer does not know it.)
  class WritersTurn;
  std::unique_ptr<SqliteConnection> open(Access access) const;

  SqliteOptions options_;
  std::unique_ptr<SqliteConnection> writer_;
  std::mutex mutex_;
  bool writing_ = false;
  std::condition_variable written_;
  std::condition_variable returned_;
  std::size_t opened_ = 0;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace bedplate::storage::sqlite
