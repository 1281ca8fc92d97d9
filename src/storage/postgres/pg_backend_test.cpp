// What is PostgreSQL's own: lost connections, refused ones, conflicts.
#include "storage/postgres/pg_backend.hpp"

#include <stdlib.h>

#include <atomic>
#include <thread>
#include <vector>

#include "storage/contract_for_test.hpp"

namespace bedplate::storage::postgres {
namespace {

class PgBackendTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!postgres_missing().empty()) GTEST_SKIP() << "no PostgreSQL: " << postgres_missing();
    database_ = std::make_unique<TestDatabase>(StoreOptions::Kind::kPostgres);
    options_.url = database_->options().url;
  }
  /// Ends every other connection to the server.
  void cut_connections() {
    PgConnection connection(options_);
    connection.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> "
        "pg_backend_pid() AND application_name = 'bedplate'");
  }

  std::unique_ptr<TestDatabase> database_;
  PgOptions options_;
};

TEST_F(PgBackendTest, GoesOnAfterALostConnection) {
  const auto store = database_->open();
  store->write_blocking([](Transaction& transaction) { transaction.insert(resource("a")); });
  cut_connections();
  EXPECT_EQ(
      store->read_blocking([](Transaction& transaction) { return transaction.count(things()); }),
      1);
  cut_connections();
  store->write_blocking([](Transaction& transaction) { transaction.insert(resource("b")); });
  int runs = 0;
  store->write_blocking([&](Transaction& transaction) {
    transaction.insert(resource("c"));
    if (++runs == 1) cut_connections();  // half-way: nothing is kept, and it runs again
    transaction.insert(resource("d"));
  });
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(
      store->read_blocking([](Transaction& transaction) { return transaction.count(things()); }),
      4);
}

TEST_F(PgBackendTest, GivesUpWhenTheConnectionKeepsBreaking) {
  const auto store = database_->open();
  EXPECT_THROW(store->write_blocking([&](Transaction& transaction) {
    cut_connections();
    transaction.insert(resource("a"));
  }),
               StoreUnavailable);
  EXPECT_EQ(
      store->read_blocking([](Transaction& transaction) { return transaction.count(things()); }),
      0);
}

TEST_F(PgBackendTest, ConflictsWithoutEndAreAnError) {
  PgBackend backend(options_);
  int runs = 0;
  EXPECT_THROW(backend.run_blocking(sql::Mode::kWrite,
                                    [&](sql::Connection&) {
                                      ++runs;
                                      throw sql::TransactionConflict("again");
                                    }),
               StoreUnavailable);
  EXPECT_EQ(runs, 10);
}

TEST_F(PgBackendTest, ServersThatStartAtOnceMigrateOnce) {
  std::atomic<int> opened{0};
  std::vector<std::thread> servers;
  for (int i = 0; i < 4; ++i) {
    servers.emplace_back([&] {
      database_->open();
      ++opened;
    });
  }
  for (std::thread& server : servers) server.join();
  EXPECT_EQ(opened, 4);
}

TEST_F(PgBackendTest, SlowStatementsEnd) {
  options_.statement_timeout_ms = 50;
  PgBackend backend(options_);
  EXPECT_THROW(backend.run_blocking(
                   sql::Mode::kRead,
                   [](sql::Connection& connection) { connection.query("SELECT pg_sleep(60)"); }),
               StoreUnavailable);
}

TEST(PgUrlTest, RefusesWrongUrlsAndPasswordsInThem) {
  EXPECT_THROW(check_url("postgresql://user:secret@host/database"), std::invalid_argument);
  EXPECT_THROW(check_url("postgresql:///d?password=secret"), std::invalid_argument);
  EXPECT_THROW(check_url("postgresql:///d?unknown=1"), std::invalid_argument);
  EXPECT_THROW(check_url("postgresql://[::1/d"), std::invalid_argument);
  check_url("postgresql://user@host:5432/database?sslmode=verify-full");
  StoreOptions options;
  options.kind = StoreOptions::Kind::kPostgres;
  options.url = "postgresql:///d?host=/nonexistent";
  EXPECT_THROW(open_store_blocking(options), StoreUnavailable);
  options.password_env = "BEDPLATE_TEST_UNSET";
  EXPECT_THROW(open_store_blocking(options), std::invalid_argument);
  options.password_env = "";
  options.password_file = "/nonexistent";
  EXPECT_THROW(open_store_blocking(options), std::invalid_argument);
}

}  // namespace
}  // namespace bedplate::storage::postgres
