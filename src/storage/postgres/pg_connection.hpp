// A connection to a PostgreSQL server. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "storage/errors.hpp"
#include "storage/sql/connection.hpp"

struct pg_conn;
struct pg_result;

namespace bedplate::storage::postgres {

struct PgOptions {
  std::string url;       ///< postgresql://user@host:port/database?sslmode=…, without a password
  std::string password;  ///< empty: none, or as libpq finds it (PGPASSWORD, ~/.pgpass)
  int connect_timeout_s = 5;
  int statement_timeout_ms = 30'000;
  std::size_t readers = 4;
  std::size_t writers = 2;  ///< one waits for the lock while the other commits
};

/// The connection broke. `outcome_unknown`: while it was committing.
class ConnectionLost : public StoreUnavailable {
 public:
  ConnectionLost(bool outcome_unknown, const std::string& text)
      : StoreUnavailable(text), outcome_unknown(outcome_unknown) {}
  bool outcome_unknown;
};

/// Throws std::invalid_argument when the URL is none, or holds a password.
void check_url(const std::string& url);

class PgConnection final : public sql::Connection {
 public:
  /// Connects. Throws StoreUnavailable, or StoreUnusable for a database that is not UTF-8.
  explicit PgConnection(const PgOptions& options);
  ~PgConnection() override;
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// `TEXT` becomes `TEXT COLLATE "C"` (texts compare by their bytes, as in SQLite), `INTEGER`
  /// becomes `BIGINT`.
  void run_script(std::string_view sql) override;
  bool has_table(std::string_view name) override;
  void gather_statistics(std::string_view table) override;
  void begin(sql::Mode mode) override;
  void commit() override;
  void rollback() noexcept override;
  void lock_schema() override;
  void unlock_schema() noexcept override;

  bool alive() const;
  std::string description() const;  ///< database and host

 protected:
  Outcome run(std::string_view sql, std::span<const sql::Parameter> parameters) override;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Result = std::unique_ptr<pg_result, Clear>;

  Result execute_text(const std::string& sql);
  /// The name under which the server knows the statement.
  const std::string& prepared(std::string_view sql);
  [[noreturn]] void fail(const pg_result* result, bool committing = false) const;

  std::unique_ptr<pg_conn, Finish> connection_;
  std::unordered_map<std::string, std::string> statements_;  ///< names by their SQL
};

}  // namespace bedplate::storage::postgres
