#include "storage/postgres/pg_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <vector>

namespace bedplate::storage::postgres {
namespace {

constexpr std::size_t kStatementsMax = 256;
// Advisory locks of this schema: their first numbers are ours to choose.
constexpr const char* kLockSchema =
    "SELECT pg_advisory_lock(1112686669, hashtext(current_schema()))";
constexpr const char* kUnlockSchema =
    "SELECT pg_advisory_unlock(1112686669, hashtext(current_schema()))";
// One writer at a time, as in SQLite. READ COMMITTED: a snapshot that begins with the transaction
// would be older than the lock; with the lock, nobody else commits between two statements.
// SERIALIZABLE without the lock keeps writers apart, too, but all who touch() the same generation
// would fail and start again, for as long as others are busy.
constexpr const char* kBeginWrite =
    "BEGIN ISOLATION LEVEL READ COMMITTED; "
    "SELECT pg_advisory_xact_lock(1112686679, hashtext(current_schema()))";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// libpq's messages end with a new line and may have several.
std::string one_line(const char* message) {
  std::string text = message != nullptr ? message : "";
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

void say_nothing(void*, const char*) {}

/// A parameter as libpq wants it: text, or nullptr.
class Texts {
 public:
  explicit Texts(std::span<const sql::Parameter> parameters) {
    held_.reserve(parameters.size());
    for (const sql::Parameter& parameter : parameters) {
      if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
        held_.push_back(std::to_string(*number));
      } else if (const auto* text = std::get_if<std::string_view>(&parameter)) {
        held_.emplace_back(*text);  // a view does not end with NUL
      } else {
        pointers_.push_back(nullptr);
        continue;
      }
      pointers_.push_back(held_.back().c_str());
    }
  }
  const char* const* data() const { return pointers_.data(); }
  int size() const { return static_cast<int>(pointers_.size()); }

 private:
  std::vector<std::string> held_;
  std::vector<const char*> pointers_;
};

sql::Rows rows_of(const PGresult* result) {
  sql::Rows out;
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<sql::Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back();
      } else {
        values.emplace_back(
            std::string(PQgetvalue(result, row, column),
                        static_cast<std::size_t>(PQgetlength(result, row, column))));
      }
    }
    out.emplace_back(std::move(values));
  }
  return out;
}

bool is_one_of(std::string_view state, std::initializer_list<std::string_view> states) {
  for (const std::string_view one : states) {
    if (state == one) return true;
  }
  return false;
}

}  // namespace

void check_url(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &problem);
  const std::string text = one_line(problem);
  PQfreemem(problem);
  if (parsed == nullptr) throw std::invalid_argument("the URL of PostgreSQL: " + text);
  bool has_password = false;
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (std::strcmp(option->keyword, "password") == 0 && option->val != nullptr) {
      has_password = true;
    }
  }
  PQconninfoFree(parsed);
  if (has_password) {
    throw std::invalid_argument(
        "the URL of PostgreSQL holds a password: give it by 'password_env' or 'password_file'");
  }
}

void PgConnection::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

void PgConnection::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

PgConnection::PgConnection(const PgOptions& options) {
  const std::string timeout = std::to_string(options.connect_timeout_s);
  // What stands before dbname is a default that the URL may change, what stands behind it is not.
  std::vector<const char*> names{"connect_timeout", "application_name", "tcp_user_timeout",
                                 "dbname", "client_encoding"};
  std::vector<const char*> values{timeout.c_str(), "bedplate", "30000", options.url.c_str(),
                                  "UTF8"};
  if (!options.password.empty()) {
    names.push_back("password");
    values.push_back(options.password.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
  if (!alive()) {
    throw StoreUnavailable("PostgreSQL: " + one_line(PQerrorMessage(connection_.get())));
  }
  PQsetNoticeProcessor(connection_.get(), say_nothing, nullptr);
  const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (encoding == nullptr || std::strcmp(encoding, "UTF8") != 0) {
    throw StoreUnusable(
        "the PostgreSQL database is not UTF-8: make one with CREATE DATABASE … ENCODING 'UTF8' "
        "TEMPLATE template0");
  }
  execute_text(
      fmt::format("SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 30000; "
                  "SELECT set_config('synchronous_commit', 'on', false) "
                  "WHERE current_setting('synchronous_commit') = 'off'",
                  options.statement_timeout_ms));
}

PgConnection::~PgConnection() = default;

bool PgConnection::alive() const {
  return PQstatus(connection_.get()) == CONNECTION_OK;
}

std::string PgConnection::description() const {
  const char* host = PQhost(connection_.get());
  return fmt::format("PostgreSQL, database {} at {}:{}", PQdb(connection_.get()),
                     host != nullptr ? host : "", PQport(connection_.get()));
}

void PgConnection::fail(const pg_result* result, bool committing) const {
  const char* field = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const std::string_view state = field != nullptr ? field : "";
  const std::string text = fmt::format(
      "PostgreSQL: {}", one_line(result != nullptr ? PQresultErrorMessage(result)
                                                   : PQerrorMessage(connection_.get())));
  if (!alive() || state.empty() || state.starts_with("57P") || state.starts_with("08")) {
    throw ConnectionLost(committing, text);
  }
  if (is_one_of(state, {"40001", "40P01"})) throw sql::TransactionConflict(text);
  if (state == "53100") throw StoreFull(text);
  if (is_one_of(state, {"57014", "55P03", "25006"}) || state.starts_with("53") ||
      state.starts_with("58")) {
    throw StoreUnavailable(text);
  }
  if (state.starts_with("XX0")) throw StoreUnusable(text);
  throw StoreError(text);
}

PgConnection::Result PgConnection::execute_text(const std::string& sql) {
  Result result(PQexec(connection_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
  return result;
}

const std::string& PgConnection::prepared(std::string_view sql) {
  const std::string key(sql);
  if (const auto found = statements_.find(key); found != statements_.end()) return found->second;
  if (statements_.size() >= kStatementsMax) {
    execute_text("DEALLOCATE ALL");
    statements_.clear();
  }
  const std::string name = fmt::format("s{}", statements_.size());
  const Result result(PQprepare(connection_.get(), name.c_str(), key.c_str(), 0, nullptr));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
  return statements_.emplace(key, name).first->second;
}

sql::Connection::Outcome PgConnection::run(std::string_view sql,
                                           std::span<const sql::Parameter> parameters) {
  const std::string& name = prepared(sql);
  const Texts texts(parameters);
  const Result result(PQexecPrepared(connection_.get(), name.c_str(), texts.size(), texts.data(),
                                     nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
  Outcome out;
  out.rows = rows_of(result.get());
  out.changed = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  return out;
}

void PgConnection::run_script(std::string_view sql) {
  static const std::regex text(R"(\bTEXT\b)");
  static const std::regex integer(R"(\bINTEGER\b)");
  std::string own = std::regex_replace(std::string(sql), text, R"(TEXT COLLATE "C")");
  own = std::regex_replace(own, integer, "BIGINT");
  execute_text(own);
}

bool PgConnection::has_table(std::string_view name) {
  return query("SELECT to_regclass($1) IS NOT NULL", {name}).at(0).text(0) == "t";
}

void PgConnection::gather_statistics(std::string_view table) {
  execute_text(fmt::format("ANALYZE {}", table));
}

void PgConnection::begin(sql::Mode mode) {
  execute_text(mode == sql::Mode::kWrite ? kBeginWrite : kBeginRead);
}

void PgConnection::commit() {
  const Result result(PQexec(connection_.get(), "COMMIT"));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get(), true);
  // After an error that nobody passed on, PostgreSQL takes COMMIT for ROLLBACK.
  if (std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0) {
    throw StoreError("PostgreSQL rolled a transaction back: an error within it was ignored");
  }
}

void PgConnection::rollback() noexcept {
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  PQclear(PQexec(connection_.get(), "ROLLBACK"));
}

void PgConnection::lock_schema() {
  execute_text(kLockSchema);
}

void PgConnection::unlock_schema() noexcept {
  PQclear(PQexec(connection_.get(), kUnlockSchema));
}

}  // namespace bedplate::storage::postgres
