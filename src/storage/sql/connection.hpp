// One connection to a database: the seam between the store and its adapters. SQL is written once,
// with parameters $1, $2, … and what both SQLite and PostgreSQL understand.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bedplate::storage::sql {

enum class Mode { kRead, kWrite };

/// What a statement is given. The view must live until it has run.
using Parameter = std::variant<std::monostate, std::int64_t, std::string_view>;
using Value = std::variant<std::monostate, std::int64_t, std::string>;

class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  bool is_null(std::size_t column) const {
    return std::holds_alternative<std::monostate>(values_[column]);
  }
  std::int64_t integer(std::size_t column) const;
  std::string text(std::size_t column) const;  ///< empty for NULL
  const std::vector<Value>& values() const { return values_; }

 private:
  std::vector<Value> values_;
};
using Rows = std::vector<Row>;

/// The transaction met another one and must be run again as a whole.
class TransactionConflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Connection {
 public:
  virtual ~Connection() = default;

  /// Throws std::invalid_argument for text that is not UTF-8 or holds NUL: PostgreSQL cannot keep
  /// it, so SQLite must not.
  Rows query(std::string_view sql, std::span<const Parameter> parameters);
  Rows query(std::string_view sql, std::initializer_list<Parameter> parameters = {}) {
    return query(sql, std::span(parameters.begin(), parameters.size()));
  }
  /// Returns how many rows were changed.
  std::int64_t execute(std::string_view sql, std::span<const Parameter> parameters);
  std::int64_t execute(std::string_view sql, std::initializer_list<Parameter> parameters = {}) {
    return execute(sql, std::span(parameters.begin(), parameters.size()));
  }

  /// Runs several statements without parameters: a migration.
  virtual void run_script(std::string_view sql) = 0;
  virtual bool has_table(std::string_view name) = 0;
  /// After many rows of a table were written at once: what the database plans its queries by.
  virtual void gather_statistics(std::string_view /*table*/) {}

  virtual void begin(Mode mode) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  /// Between the two, no other process migrates. Outside a transaction, whose snapshot would be
  /// older than the lock.
  virtual void lock_schema() = 0;
  virtual void unlock_schema() noexcept = 0;

 protected:
  struct Outcome {
    Rows rows;
    std::int64_t changed = 0;
  };
  virtual Outcome run(std::string_view sql, std::span<const Parameter> parameters) = 0;
};

/// begin(), the work, commit(); rollback() when the work throws.
template <class Function>
void in_transaction(Connection& connection, Mode mode, Function&& work) {
  try {
    connection.begin(mode);
    work();
    connection.commit();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace bedplate::storage::sql
