// A connection to a SQLite file. Used by one thread at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <unordered_map>

#include "storage/sql/connection.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bedplate::storage::sqlite {

enum class Access { kReadWrite, kQueryOnly, kReadOnlyFile };
enum class Thoroughness { kQuick, kFull };

/// "BDPL" in the file's header: what `file` shows and restore looks at.
inline constexpr std::int64_t kApplicationId = 0x4244504C;

class SqliteConnection final : public sql::Connection {
 public:
  /// Opens `file`, which must exist; empty: a temporary database of its own. A lock of another
  /// process is waited for until `busy_timeout`. Throws StoreError.
  SqliteConnection(std::filesystem::path file, Access access,
                   std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  void run_script(std::string_view sql) override;
  bool has_table(std::string_view name) override;
  void begin(sql::Mode mode) override;
  void commit() override;
  void rollback() noexcept override;
  void lock_schema() override {}  // a transaction that writes is alone
  void unlock_schema() noexcept override {}

  /// Copies another file's contents here, page by page.
  void load_blocking(const std::filesystem::path& file);
  /// Throws StoreUnusable with what SQLite found.
  void check_integrity(Thoroughness thoroughness);
  std::int64_t application_id();

 protected:
  Outcome run(std::string_view sql, std::span<const sql::Parameter> parameters) override;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Close {
    void operator()(sqlite3* database) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  sqlite3_stmt* prepared(std::string_view sql);
  [[noreturn]] void fail(int code, std::string_view doing) const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Statement> statements_;  ///< by their SQL
};

}  // namespace bedplate::storage::sqlite
