#include "storage/sqlite/sqlite_connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>

#include "storage/errors.hpp"

namespace bedplate::storage::sqlite {
namespace {

constexpr std::size_t kStatementsMax = 256;

/// Resets a statement whatever happens, so that it holds no lock and no reference to a text.
class Running {
 public:
  explicit Running(sqlite3_stmt* statement) : statement_(statement) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int index, const sql::Parameter& parameter) {
  if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    // An empty view may point nowhere, which would bind NULL.
    return sqlite3_bind_text64(statement, index, text->empty() ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

sql::Value value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return std::monostate();
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
}

sql::Row row_of(sqlite3_stmt* statement) {
  const int columns = sqlite3_column_count(statement);
  std::vector<sql::Value> values;
  values.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) values.push_back(value_of(statement, i));
  return sql::Row(std::move(values));
}

}  // namespace

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteConnection::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

SqliteConnection::SqliteConnection(std::filesystem::path file, Access access,
                                   std::chrono::milliseconds busy_timeout)
    : file_(std::move(file)) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= access == Access::kReadOnlyFile ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (file_.empty()) flags |= SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) fail(code, "open it");
  sqlite3_busy_timeout(opened, static_cast<int>(busy_timeout.count()));
  run_script("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
  if (access == Access::kQueryOnly) run_script("PRAGMA query_only = ON;");
}

SqliteConnection::~SqliteConnection() = default;

void SqliteConnection::fail(int code, std::string_view doing) const {
  const int problem = database_ ? sqlite3_system_errno(database_.get()) : 0;
  const std::string text =
      fmt::format("{}: cannot {}: {}", file_.empty() ? "temporary database" : file_.string(), doing,
                  database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code));
  const int primary = code & 0xff;
  const bool io = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  if (primary == SQLITE_FULL || (io && (problem == ENOSPC || problem == EDQUOT))) {
    throw StoreFull(text);
  }
  switch (primary) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw StoreUnusable(text +
                          ". The file is damaged, or is no database: move it away with its -wal "
                          "and -shm files, and restore a backup (bedplate restore FILE)");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      throw StoreUnavailable(text);
    default:
      throw StoreError(text);
  }
}

sqlite3_stmt* SqliteConnection::prepared(std::string_view sql) {
  const std::string key(sql);
  if (const auto found = statements_.find(key); found != statements_.end()) {
    return found->second.get();
  }
  if (statements_.size() >= kStatementsMax) statements_.clear();
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  Statement statement(made);
  if (code != SQLITE_OK) fail(code, "prepare a statement");
  statements_.emplace(key, std::move(statement));
  return made;
}

sql::Connection::Outcome SqliteConnection::run(std::string_view sql,
                                               std::span<const sql::Parameter> parameters) {
  sqlite3_stmt* statement = prepared(sql);
  const Running running(statement);
  // SQLite numbers "$2" by where it stands first, not by its digit.
  for (int index = 1; index <= sqlite3_bind_parameter_count(statement); ++index) {
    const auto position =
        static_cast<std::size_t>(std::atoi(sqlite3_bind_parameter_name(statement, index) + 1));
    if (position < 1 || position > parameters.size()) {
      throw std::logic_error("a statement has more parameters than it was given");
    }
    const int code = bind(statement, index, parameters[position - 1]);
    if (code != SQLITE_OK) fail(code, "bind a parameter");
  }
  Outcome out;
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
      out.rows.push_back(row_of(statement));
      continue;
    }
    if (code != SQLITE_DONE) fail(code, "run a statement");
    if (!sqlite3_stmt_readonly(statement)) out.changed = sqlite3_changes64(database_.get());
    return out;
  }
}

void SqliteConnection::run_script(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "run a script");
}

bool SqliteConnection::has_table(std::string_view name) {
  return !query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", {name}).empty();
}

void SqliteConnection::begin(sql::Mode mode) {
  // IMMEDIATE: waits for other writers here, and can then never be refused half-way.
  run(mode == sql::Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN", {});
}

void SqliteConnection::commit() {
  run("COMMIT", {});
}

void SqliteConnection::rollback() noexcept {
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(database_.get()) != 0) return;
  sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteConnection::load_blocking(const std::filesystem::path& file) {
  const SqliteConnection source(file, Access::kReadOnlyFile);
  sqlite3_backup* copying =
      sqlite3_backup_init(database_.get(), "main", source.database_.get(), "main");
  if (copying == nullptr) fail(sqlite3_errcode(database_.get()), "read a backup");
  const int code = sqlite3_backup_step(copying, -1);
  sqlite3_backup_finish(copying);
  if (code == SQLITE_DONE) return;
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
    throw StoreUnusable(fmt::format("{} is damaged, or no backup of Bedplate's", file.string()));
  }
  fail(code, fmt::format("read {}", file.string()));
}

void SqliteConnection::check_integrity(Thoroughness thoroughness) {
  const sql::Rows rows = query(thoroughness == Thoroughness::kQuick ? "PRAGMA quick_check(5)"
                                                                    : "PRAGMA integrity_check(5)");
  if (rows.size() == 1 && rows[0].text(0) == "ok") return;
  std::string found;
  for (const sql::Row& row : rows) found += (found.empty() ? "" : "; ") + row.text(0);
  throw StoreUnusable(fmt::format("{} is damaged: {}. Restore a backup (bedplate restore FILE)",
                                  file_.empty() ? "the file" : file_.string(), found));
}

std::int64_t SqliteConnection::application_id() {
  return query("PRAGMA application_id").at(0).integer(0);
}

}  // namespace bedplate::storage::sqlite
