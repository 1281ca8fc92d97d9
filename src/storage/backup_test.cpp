// The contract: backup and restore, within a kind of database and across kinds.
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "storage/contract_for_test.hpp"
#include "storage/sqlite/sqlite_connection.hpp"

namespace bedplate::storage {
namespace fs = std::filesystem;
namespace {

class BackupTest : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (!IsSkipped()) file_ = database_->folder() / "backup";
  }
  /// Something in every table; more resources than one batch of a copy.
  void fill(const std::string& prefix) {
    store_->write_blocking([&](Transaction& transaction) {
      for (int i = 0; i < 1'200; ++i) {
        Resource one = resource(prefix + std::to_string(i), i);
        if (i % 2 == 0) one.unique_key = one.key.id;
        transaction.insert(one);
      }
      Resource changed = resource(prefix + "7", 7);
      changed.name = "changed";
      transaction.update(changed, 1);
      transaction.put_tags(kAccount, "arn:" + prefix, {{"key", "日本"}});
      transaction.remember_client_token({kAccount, kRegion, "op", prefix, "h", "r", 99}, 0);
      transaction.put_setting(kAccount, "", prefix, "document");
      transaction.touch("identity");
    });
  }
  void expect_only(Store& store, const std::string& prefix, const std::string& not_prefix) {
    store.read_blocking([&](Transaction& transaction) {
      EXPECT_EQ(transaction.count(things()), 1'200);
      const auto changed = transaction.get(resource(prefix + "7").key);
      ASSERT_TRUE(changed);
      EXPECT_EQ(changed->name, "changed");
      EXPECT_EQ(changed->version, 2);
      EXPECT_FALSE(changed->unique_key);
      EXPECT_EQ(transaction.get(resource(prefix + "8").key)->unique_key, prefix + "8");
      EXPECT_THAT(transaction.tags(kAccount, "arn:" + prefix),
                  testing::ElementsAre(Tag{"key", "日本"}));
      EXPECT_TRUE(transaction.find_client_token(kAccount, kRegion, "op", prefix, 0));
      EXPECT_TRUE(transaction.setting(kAccount, "", prefix));
      EXPECT_FALSE(transaction.get(resource(not_prefix + "7").key));
      EXPECT_TRUE(transaction.tags(kAccount, "arn:" + not_prefix).empty());
      EXPECT_FALSE(transaction.find_client_token(kAccount, kRegion, "op", not_prefix, 0));
      EXPECT_FALSE(transaction.setting(kAccount, "", not_prefix));
    });
  }
  std::string why_not_restored() {
    try {
      store_->restore_blocking(file_);
    } catch (const StoreError& problem) {
      return problem.what();
    }
    return "restored";
  }

  fs::path file_;
};
INSTANTIATE_CONTRACT(BackupTest);

TEST_P(BackupTest, RestoresWhatWasAndNothingElse) {
  fill("old");
  store_->backup_blocking(file_, false);
  struct stat info {};
  ASSERT_EQ(::stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  store_->write_blocking([&](Transaction& transaction) {
    for (const Resource& one : transaction.scan({"thing", {}, {}, 10'000, {}})) {
      transaction.erase(one.key);
    }
    transaction.erase_all_tags(kAccount, "arn:old");
    transaction.erase_setting(kAccount, "", "old");
    transaction.purge_client_tokens(100);
  });
  fill("new");
  const std::int64_t before = store_->generation_blocking("identity");
  store_->restore_blocking(file_);
  expect_only(*store_, "old", "new");
  EXPECT_GT(store_->generation_blocking("identity"), before) << "what is in memory is read again";
  for (const auto& entry : fs::directory_iterator(database_->folder())) {
    EXPECT_EQ(entry.path().string().find(".partial"), std::string::npos) << entry.path();
  }
}

TEST_P(BackupTest, MovesToTheOtherKindOfDatabase) {
  const auto other_kind = GetParam() == StoreOptions::Kind::kSqlite ? StoreOptions::Kind::kPostgres
                                                                    : StoreOptions::Kind::kSqlite;
  if (!postgres_missing().empty()) GTEST_SKIP() << "no PostgreSQL: " << postgres_missing();
  fill("old");
  store_->backup_blocking(file_, false);
  const TestDatabase other(other_kind);
  const auto store = other.open();
  store->restore_blocking(file_);
  expect_only(*store, "old", "new");
}

TEST_P(BackupTest, OverwritesNothingUnasked) {
  std::ofstream(file_) << "precious";
  EXPECT_THROW(store_->backup_blocking(file_, false), std::runtime_error);
  std::string text;
  std::getline(std::ifstream(file_), text);
  EXPECT_EQ(text, "precious");
  fill("old");
  store_->backup_blocking(file_, true);
  store_->restore_blocking(file_);
  expect_only(*store_, "old", "new");
}

TEST_P(BackupTest, RefusesWhatIsNoBackupAndChangesNothing) {
  fill("old");
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("cannot open"));
  std::ofstream(file_) << "this is no database, not at all; it only pretends to be a backup file";
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("damaged, or no backup"));
  fs::remove(file_);
  std::ofstream(file_).close();
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("no backup of Bedplate's"));
  sqlite::SqliteConnection(file_, sqlite::Access::kReadWrite)
      .run_script("CREATE TABLE resources (x INTEGER)");
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("no backup of Bedplate's"));
  expect_only(*store_, "old", "new");
}

TEST_P(BackupTest, RefusesADamagedOrNewerBackup) {
  fill("old");
  store_->backup_blocking(file_, false);
  {
    sqlite::SqliteConnection newer(file_, sqlite::Access::kReadWrite);
    newer.run_script("INSERT INTO schema_migrations (number, name) VALUES (999, 'future')");
  }
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("newer Bedplate"));
  store_->backup_blocking(file_, true);
  {
    std::fstream damaging(file_, std::ios::in | std::ios::out | std::ios::binary);
    damaging.seekp(static_cast<std::streamoff>(fs::file_size(file_) / 2 / 4096 * 4096));
    damaging << std::string(20'000, '\x5A');
  }
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("damaged"));
  fs::resize_file(file_, fs::file_size(file_) / 2);
  EXPECT_THAT(why_not_restored(), testing::HasSubstr("damaged"));
  expect_only(*store_, "old", "new");
}

TEST_P(BackupTest, WorksWhileOthersWrite) {
  std::atomic<bool> done{false};
  std::atomic<int> written{0};
  std::thread writing([&] {
    for (int i = 0; !done; ++i) {
      // Two rows in one transaction: a backup has both or none.
      store_->write_blocking([&](Transaction& transaction) {
        transaction.insert(resource(std::to_string(i)));
        transaction.put_tags(kAccount, std::to_string(i), {{"key", "value"}});
      });
      ++written;
    }
  });
  while (written < 20) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) store_->backup_blocking(file_, true);
  done = true;
  writing.join();
  store_->restore_blocking(file_);
  store_->read_blocking([&](Transaction& transaction) {
    const auto all = transaction.scan({"thing", {}, {}, 10'000, {}});
    EXPECT_GE(all.size(), 20u);
    for (const Resource& one : all) {
      EXPECT_EQ(transaction.tags(kAccount, one.key.id).size(), 1u) << one.key.id;
    }
    EXPECT_EQ(transaction.tagged(kAccount, "key", {}, "", 10'000).size(), all.size());
  });
}

}  // namespace
}  // namespace bedplate::storage
