#include "storage/sqlite/sqlite_backend.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "storage/backup_file.hpp"
#include "storage/errors.hpp"
#include "storage/migrations/migrations.hpp"
#include "storage/sql/migrate.hpp"

namespace bedplate::storage::sqlite {
namespace {

/// Before SQLite does, for the mode: what it adds (-wal, -shm) gets the same. A file that exists is
/// not even opened: closing it would give up the locks that SQLite holds on it in this process.
void make_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  std::error_code problem;
  if (!folder.empty() && std::filesystem::create_directories(folder, problem)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
  }
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return;
  if (fd < 0) {
    const std::string text =
        fmt::format("{}: cannot open it: {}", file.string(), std::strerror(errno));
    if (errno == ENOSPC || errno == EDQUOT) throw StoreFull(text);
    throw StoreUnavailable(text);
  }
  ::close(fd);
  sync_folder_blocking(folder);
}

void set_up_writer(SqliteConnection& writer, const SqliteOptions& options) {
  const auto mode = writer.query("PRAGMA journal_mode = WAL");
  if (mode.empty() || mode[0].text(0) != "wal") {
    throw StoreUnusable(fmt::format(
        "{}: its file system cannot do SQLite's WAL (network file systems cannot): choose a local "
        "data directory",
        options.file.string()));
  }
  // FULL: a commit returns when the log is on the disk.
  writer.run_script("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
  if (options.pages_max > 0) {
    writer.run_script(fmt::format("PRAGMA max_page_count = {};", options.pages_max));
  }
}

/// Another program's database in our place must not get our tables.
void claim(SqliteConnection& writer, const SqliteOptions& options) {
  if (writer.application_id() == kApplicationId) return;
  if (!writer.query("SELECT 1 FROM sqlite_master LIMIT 1").empty()) {
    throw StoreUnusable(fmt::format("{} is a database of another program", options.file.string()));
  }
  writer.run_script(fmt::format("PRAGMA application_id = {};", kApplicationId));
}

/// Gives the log's share of a full disk back, as far as the database has room for its pages.
void shrink_log(SqliteConnection& writer) {
  try {
    writer.run_script("PRAGMA wal_checkpoint(TRUNCATE);");
  } catch (const StoreError&) {
    // Still full: the pages stay in the log.
  }
}

}  // namespace

class SqliteBackend::Borrowed {
 public:
  explicit Borrowed(SqliteBackend& owner) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    const auto ready = [this] {
      return !owner_.idle_.empty() || owner_.opened_ < owner_.options_.readers;
    };
    if (!owner_.returned_.wait_for(lock, owner_.options_.busy_timeout, ready)) {
      throw StoreUnavailable("the store is busy: no reader became free in time");
    }
    if (owner_.idle_.empty()) {
      connection_ = owner_.open(Access::kQueryOnly);
      ++owner_.opened_;
      return;
    }
    connection_ = std::move(owner_.idle_.back());
    owner_.idle_.pop_back();
  }
  ~Borrowed() {
    {
      const std::lock_guard lock(owner_.mutex_);
      owner_.idle_.push_back(std::move(connection_));
    }
    owner_.returned_.notify_one();
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  SqliteConnection& operator*() { return *connection_; }

 private:
  SqliteBackend& owner_;
  std::unique_ptr<SqliteConnection> connection_;
};

class SqliteBackend::WritersTurn {
 public:
  explicit WritersTurn(SqliteBackend& owner) : owner_(owner) {
    std::unique_lock lock(owner_.mutex_);
    if (!owner_.written_.wait_for(lock, owner_.options_.busy_timeout,
                                  [this] { return !owner_.writing_; })) {
      throw StoreUnavailable("the store is busy: another write takes too long");
    }
    owner_.writing_ = true;
  }
  ~WritersTurn() {
    {
      const std::lock_guard lock(owner_.mutex_);
      owner_.writing_ = false;
    }
    owner_.written_.notify_one();
  }
  WritersTurn(const WritersTurn&) = delete;
  WritersTurn& operator=(const WritersTurn&) = delete;

 private:
  SqliteBackend& owner_;
};

SqliteBackend::SqliteBackend(SqliteOptions options) : options_(std::move(options)) {
  make_file(options_.file);
  writer_ = open(Access::kReadWrite);
  claim(*writer_, options_);
  set_up_writer(*writer_, options_);
  sql::migrate(*writer_, all_migrations());
}

std::unique_ptr<SqliteConnection> SqliteBackend::open(Access access) const {
  return std::make_unique<SqliteConnection>(options_.file, access, options_.busy_timeout);
}

void SqliteBackend::run_blocking(sql::Mode mode,
                                 const std::function<void(sql::Connection&)>& work) {
  if (mode == sql::Mode::kRead) {
    Borrowed reader(*this);
    sql::in_transaction(*reader, mode, [&] { work(*reader); });
    return;
  }
  const WritersTurn turn(*this);
  try {
    sql::in_transaction(*writer_, mode, [&] { work(*writer_); });
  } catch (const StoreFull&) {
    shrink_log(*writer_);
    throw;
  }
}

void SqliteBackend::write_snapshot_blocking(const std::filesystem::path& file) {
  // A connection of its own: it takes long, and waits for nobody.
  const auto connection = open(Access::kReadWrite);
  connection->execute("VACUUM INTO $1", {file.string()});
}

void SqliteBackend::check_blocking() {
  open(Access::kQueryOnly)->check_integrity(Thoroughness::kQuick);
}

std::string SqliteBackend::description() const {
  return "SQLite, " + options_.file.string();
}

}  // namespace bedplate::storage::sqlite
