// What is SQLite's own: files, their modes, damage, a full disk.
#include "storage/sqlite/sqlite_backend.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "storage/contract_for_test.hpp"

namespace bedplate::storage::sqlite {
namespace fs = std::filesystem;
namespace {

class SqliteBackendTest : public testing::Test {
 protected:
  fs::path file() const { return folder_.path() / "data" / "bedplate.db"; }
  std::unique_ptr<Store> open(std::int64_t pages_max = 0) {
    SqliteOptions options;
    options.file = file();
    options.pages_max = pages_max;
    return std::make_unique<Store>(std::make_unique<SqliteBackend>(options), StoreLimits{});
  }
  std::string why_not_opened() {
    try {
      open();
    } catch (const StoreError& problem) {
      return problem.what();
    }
    return "opened";
  }
  static void insert(Store& store, const Resource& one) {
    store.write_blocking([&](Transaction& transaction) { transaction.insert(one); });
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteBackendTest, FilesAreItsOwnersOnly) {
  const auto store = open();
  insert(*store, resource("a"));
  struct stat info {};
  ASSERT_EQ(::stat(file().parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    ASSERT_EQ(::stat((file().string() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 07777, 0600u) << suffix;
  }
}

TEST_F(SqliteBackendTest, AFullDiskRefusesWritesAndRecovers) {
  const auto store = open(200);
  Resource large = resource("large");
  large.document = std::string(100'000, 'x');
  int kept = 0;
  const auto fill = [&] {
    for (;; ++kept) {
      store->write_blocking([&](Transaction& transaction) {
        large.key.id = std::to_string(kept);
        transaction.put_tags(kAccount, large.key.id, {{"key", "value"}});
        transaction.insert(large);
      });
    }
  };
  EXPECT_THROW(fill(), StoreFull);
  EXPECT_GT(kept, 2);
  store->read_blocking([&](Transaction& transaction) {
    EXPECT_EQ(transaction.count(things()), kept) << "what was there is there";
    EXPECT_TRUE(transaction.tags(kAccount, std::to_string(kept)).empty()) << "no half";
  });
  store->write_blocking([&](Transaction& transaction) { transaction.erase(resource("0").key); });
  insert(*store, large);
  store->check_blocking();
}

TEST_F(SqliteBackendTest, ARestoreThatDoesNotFitChangesNothing) {
  const fs::path backup = folder_.path() / "backup";
  {
    const auto large = open();
    Resource one = resource("large");
    one.document = std::string(2'000'000, 'x');
    insert(*large, one);
    large->backup_blocking(backup, false);
    large->write_blocking([&](Transaction& transaction) { transaction.erase(one.key); });
  }
  fs::remove_all(file().parent_path());
  const auto store = open(200);
  insert(*store, resource("small"));
  EXPECT_THROW(store->restore_blocking(backup), StoreFull);
  store->read_blocking([&](Transaction& transaction) {
    EXPECT_TRUE(transaction.get(resource("small").key));
    EXPECT_EQ(transaction.count(things()), 1);
  });
  insert(*store, resource("next"));
}

TEST_F(SqliteBackendTest, ABackupThatFailsLeavesNoFile) {
  const auto store = open();
  EXPECT_THROW(store->backup_blocking(folder_.path() / "no such folder" / "backup", false),
               std::runtime_error);
  fs::create_directory(folder_.path() / "taken");
  EXPECT_THROW(store->backup_blocking(folder_.path() / "taken", true), std::runtime_error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 2) << "data and taken";
}

/// Whether this process holds a lock on the file: another one asks.
bool is_locked(const fs::path& file) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int fd = ::open(file.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool asked = ::fcntl(fd, F_GETLK, &lock) == 0;
    ::_exit(asked && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// Closing any descriptor of a file gives up all of its locks in the process: a second store of the
// same file must not open it beside SQLite.
TEST_F(SqliteBackendTest, ASecondStoreLeavesTheFirstOnesLocks) {
  const auto first = open();
  insert(*first, resource("a"));
  ASSERT_TRUE(is_locked(file()));
  const auto second = open();
  EXPECT_TRUE(is_locked(file()));
  first->backup_blocking(folder_.path() / "backup", false);
  EXPECT_TRUE(is_locked(file()));
}

TEST_F(SqliteBackendTest, RefusesADamagedFile) {
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i) insert(*store, resource(std::to_string(i)));
  }
  const auto overwrite = [&](std::streamoff at, std::size_t count) {
    std::fstream damaging(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaging.seekp(at);
    damaging << std::string(count, '\x5A');
  };
  overwrite(8'192, 30'000);
  EXPECT_THROW(
      {
        const auto store = open();
        store->check_blocking();
      },
      StoreUnusable);
  overwrite(0, 4'096);
  EXPECT_THAT(why_not_opened(),
              testing::AllOf(testing::HasSubstr(file().string()), testing::HasSubstr("damaged"),
                             testing::HasSubstr("bedplate restore")));
}

TEST_F(SqliteBackendTest, RefusesAnotherProgramsDatabase) {
  fs::create_directories(file().parent_path());
  std::ofstream(file()).close();
  SqliteConnection(file(), Access::kReadWrite).run_script("CREATE TABLE theirs (x INTEGER)");
  EXPECT_THAT(why_not_opened(), testing::HasSubstr("another program"));
}

TEST_F(SqliteBackendTest, SaysWhyAFileCannotBeMade) {
  std::ofstream(folder_.path() / "data") << "a file where the folder should be";
  EXPECT_THAT(why_not_opened(), testing::HasSubstr("bedplate.db"));
}

// Another process that holds the lock for too long: an error, no hang.
TEST_F(SqliteBackendTest, AWriteWaitsOnlySoLong) {
  const auto store = open();
  SqliteOptions options;
  options.file = file();
  options.busy_timeout = std::chrono::milliseconds(20);
  SqliteBackend impatient(options);
  store->write_blocking([&](Transaction& transaction) {
    transaction.insert(resource("a"));
    EXPECT_THROW(impatient.run_blocking(sql::Mode::kWrite, [](sql::Connection&) {}),
                 StoreUnavailable);
  });
  impatient.run_blocking(sql::Mode::kWrite, [](sql::Connection&) {});
}

// Every list that is sorted by time or name is read from an index, not sorted.
TEST_F(SqliteBackendTest, ListsAreReadFromIndexes) {
  open();
  SqliteConnection connection(file(), Access::kQueryOnly);
  const std::string from =
      "EXPLAIN QUERY PLAN SELECT * FROM resources WHERE kind = 'k' AND account_id = 'a' AND "
      "region = 'r' AND parent = 'p'";
  for (const std::string& rest :
       {std::string(" AND (created_ms, id) > (1, 'x') ORDER BY created_ms, id LIMIT 9"),
        std::string(" AND (name, id) < ('n', 'x') ORDER BY name DESC, id DESC LIMIT 9"),
        std::string(" AND id > 'x' ORDER BY id LIMIT 9"),
        std::string(" AND state = 's' AND state <> '' ORDER BY created_ms, id LIMIT 9")}) {
    for (const sql::Row& row : connection.query(from + rest)) {
      EXPECT_THAT(row.text(3), testing::StartsWith("SEARCH resources USING INDEX")) << rest;
    }
  }
}

}  // namespace
}  // namespace bedplate::storage::sqlite
