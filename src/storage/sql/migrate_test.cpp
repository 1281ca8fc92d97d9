// Migrations: from every earlier schema, all or nothing, never backwards.
#include "storage/sql/migrate.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "storage/contract_for_test.hpp"
#include "storage/portable_copy.hpp"
#include "storage/postgres/pg_connection.hpp"
#include "storage/sqlite/sqlite_connection.hpp"

namespace bedplate::storage::sql {
namespace {

/// Contract's database, not opened: the connection is ours.
class MigrateTest : public testing::TestWithParam<StoreOptions::Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == StoreOptions::Kind::kPostgres && !postgres_missing().empty()) {
      GTEST_SKIP() << "no PostgreSQL: " << postgres_missing();
    }
    database_ = std::make_unique<TestDatabase>(GetParam());
    connection_ = connect();
  }
  std::unique_ptr<Connection> connect() {
    if (GetParam() == StoreOptions::Kind::kSqlite) {
      return std::make_unique<sqlite::SqliteConnection>("", sqlite::Access::kReadWrite);
    }
    postgres::PgOptions options;
    options.url = database_->options().url;
    return std::make_unique<postgres::PgConnection>(options);
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Connection> connection_;
};
INSTANTIATE_CONTRACT(MigrateTest);

const Migration kFirst{1, "first", "CREATE TABLE one (x INTEGER); INSERT INTO one VALUES (1);"};
const Migration kSecond{2, "second", "CREATE TABLE two (x INTEGER); UPDATE one SET x = 2;"};
const Migration kBroken{2, "broken",
                        "UPDATE one SET x = 3; CREATE TABLE two (x INTEGER); NONSENSE"};

TEST_P(MigrateTest, AppliesWhatIsMissingOnce) {
  EXPECT_EQ(schema_version(*connection_), 0);
  migrate(*connection_, std::vector{kFirst});
  EXPECT_EQ(schema_version(*connection_), 1);
  migrate(*connection_, std::vector{kFirst, kSecond});
  EXPECT_EQ(schema_version(*connection_), 2);
  migrate(*connection_, std::vector{kFirst, kSecond});
  EXPECT_EQ(connection_->query("SELECT x FROM one").at(0).integer(0), 2);
}

TEST_P(MigrateTest, AFailureHalfWayLeavesTheOldSchema) {
  migrate(*connection_, std::vector{kFirst});
  EXPECT_THROW(migrate(*connection_, std::vector{kFirst, kBroken}), StoreError);
  EXPECT_EQ(schema_version(*connection_), 1);
  EXPECT_EQ(connection_->query("SELECT x FROM one").at(0).integer(0), 1);
  EXPECT_FALSE(connection_->has_table("two"));
  migrate(*connection_, std::vector{kFirst, kSecond});  // mended
  EXPECT_EQ(schema_version(*connection_), 2);
}

TEST_P(MigrateTest, RefusesADatabaseOfANewerBinary) {
  migrate(*connection_, std::vector{kFirst, kSecond});
  try {
    migrate(*connection_, std::vector{kFirst});
    FAIL() << "went backwards";
  } catch (const StoreUnusable& problem) {
    EXPECT_THAT(problem.what(), testing::HasSubstr("newer Bedplate"));
  }
}

TEST_P(MigrateTest, MigrationsAreNumberedWithoutGaps) {
  int number = 0;
  for (const Migration& migration : all_migrations()) EXPECT_EQ(migration.number, ++number);
}

/// Tables, columns and indexes.
std::vector<std::string> schema_of(Connection& connection, StoreOptions::Kind kind) {
  std::vector<std::string> out;
  const char* statement =
      kind == StoreOptions::Kind::kSqlite
          ? "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
          : "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable "
            "FROM information_schema.columns WHERE table_schema = current_schema() UNION ALL "
            "SELECT replace(indexdef, current_schema(), '') FROM pg_indexes "
            "WHERE schemaname = current_schema() ORDER BY 1";
  for (const Row& row : connection.query(statement)) out.push_back(row.text(0));
  return out;
}

std::string snapshot(int number) {
  const char* source = std::getenv("BEDPLATE_SOURCE_DIR");
  std::ifstream in(
      fmt::format("{}/tests/storage/schemas/{:04}.sql", source ? source : ".", number));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A database as the binary with that schema has left it, with rows in it.
void build_earlier(Connection& connection, int number) {
  const std::string text = snapshot(number);
  ASSERT_NE(text, "") << "tests/storage/schemas has no snapshot of schema " << number;
  connection.run_script(text);
  ASSERT_EQ(schema_version(connection), number);
}

TEST_P(MigrateTest, EverySchemaComesToTheLatestWithItsRows) {
  migrate(*connection_, all_migrations());
  const auto latest = schema_of(*connection_, GetParam());
  for (int number = 1; number <= static_cast<int>(all_migrations().size()); ++number) {
    SCOPED_TRACE(number);
    database_ = std::make_unique<TestDatabase>(GetParam());
    const auto earlier = connect();
    build_earlier(*earlier, number);
    migrate(*earlier, all_migrations());
    EXPECT_EQ(schema_of(*earlier, GetParam()), latest);
    Transaction transaction(*earlier);
    const auto kept = transaction.get({"123456789012", "us-east-1", "thing", "", "kept"});
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->name, "Kept through every schema");
    EXPECT_EQ(transaction.tags("123456789012", "arn:kept").size(), 1u);
  }
}

TEST(PortableTablesTest, NameEveryTableAndColumn) {
  sqlite::SqliteConnection connection("", sqlite::Access::kReadWrite);
  migrate(connection, all_migrations());
  std::set<std::string> named{"schema_migrations"};
  for (const PortableTable& table : portable_tables()) {
    named.emplace(table.name);
    std::set<std::string> columns(table.columns.begin(), table.columns.end());
    std::size_t keys = 0;
    for (const Row& row :
         connection.query("SELECT name, pk FROM pragma_table_info($1)", {table.name})) {
      EXPECT_EQ(columns.erase(row.text(0)), 1u) << table.name << "." << row.text(0);
      if (row.integer(1) == 0) continue;
      ++keys;
      EXPECT_EQ(table.columns.at(static_cast<std::size_t>(row.integer(1)) - 1), row.text(0));
    }
    EXPECT_TRUE(columns.empty()) << table.name;
    EXPECT_EQ(keys, table.key_columns) << table.name;
  }
  for (const Row& row : connection.query("SELECT name FROM sqlite_master WHERE type = 'table'")) {
    EXPECT_TRUE(named.contains(row.text(0))) << row.text(0) << " would not be in a backup";
  }
}

}  // namespace
}  // namespace bedplate::storage::sql
