#include "storage/sql/migrate.hpp"

#include <fmt/format.h>

#include "storage/errors.hpp"

namespace bedplate::storage::sql {
namespace {

constexpr std::string_view kHistory = R"(
CREATE TABLE schema_migrations (
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (number)
);
)";

void refuse_newer(int found, std::span<const Migration> migrations) {
  if (found <= static_cast<int>(migrations.size())) return;
  throw StoreUnusable(fmt::format(
      "the database has schema {}, and this Bedplate knows schemas up to {} only: it was used by "
      "a newer Bedplate. Run that one, or restore an older backup",
      found, migrations.size()));
}

class SchemaLock {
 public:
  explicit SchemaLock(Connection& connection) : connection_(connection) {
    connection_.lock_schema();
  }
  ~SchemaLock() { connection_.unlock_schema(); }
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;

 private:
  Connection& connection_;
};

}  // namespace

int schema_version(Connection& connection) {
  if (!connection.has_table("schema_migrations")) return 0;
  const Rows rows = connection.query("SELECT COALESCE(MAX(number), 0) FROM schema_migrations");
  return static_cast<int>(rows.at(0).integer(0));
}

void migrate(Connection& connection, std::span<const Migration> migrations) {
  const int before = schema_version(connection);
  refuse_newer(before, migrations);
  if (before == static_cast<int>(migrations.size())) return;
  const SchemaLock lock(connection);
  in_transaction(connection, Mode::kWrite, [&] {
    const int found = schema_version(connection);  // another process may have been first
    refuse_newer(found, migrations);
    if (!connection.has_table("schema_migrations")) connection.run_script(kHistory);
    for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(found))) {
      connection.run_script(migration.sql);
      connection.execute("INSERT INTO schema_migrations (number, name) VALUES ($1, $2)",
                         {std::int64_t{migration.number}, migration.name});
    }
  });
}

}  // namespace bedplate::storage::sql
