#include "storage/postgres/pg_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>

#include "storage/migrations/migrations.hpp"
#include "storage/portable_copy.hpp"
#include "storage/sql/migrate.hpp"
#include "storage/sqlite/sqlite_connection.hpp"

namespace bedplate::storage::postgres {
namespace {

using std::chrono::milliseconds;

constexpr int kAttemptsMax = 10;
constexpr milliseconds kPauseMax{64};
constexpr milliseconds kTakeMax{10'000};
constexpr milliseconds kConnectPauseMin{100};
constexpr milliseconds kConnectPauseMax{5'000};

/// Longer each time, and never the same for two that met.
void pause_blocking(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto longest = std::min(kPauseMax.count(), std::int64_t{1} << std::min(attempt, 6));
  std::uniform_int_distribution<std::int64_t> length_us(0, longest * 1'000);
  std::this_thread::sleep_for(std::chrono::microseconds(length_us(random)));
}

}  // namespace

PgBackend::PgBackend(PgOptions options) : options_(std::move(options)) {
  check_url(options_.url);
  auto first = connect();
  description_ = first->description();
  sql::migrate(*first, all_migrations());
  idle_.push_back(std::move(first));
}

std::unique_ptr<PgConnection> PgBackend::connect() {
  {
    const std::lock_guard lock(mutex_);
    if (std::chrono::steady_clock::now() < connect_from_) throw StoreUnavailable(connect_problem_);
  }
  try {
    auto connection = std::make_unique<PgConnection>(options_);
    const std::lock_guard lock(mutex_);
    connect_pause_ = milliseconds(0);
    return connection;
  } catch (const StoreUnavailable& problem) {
    const std::lock_guard lock(mutex_);
    connect_pause_ = std::clamp(connect_pause_ * 2, kConnectPauseMin, kConnectPauseMax);
    connect_from_ = std::chrono::steady_clock::now() + connect_pause_;
    connect_problem_ = problem.what();
    throw;
  }
}

std::unique_ptr<PgConnection> PgBackend::take() {
  {
    std::unique_lock lock(mutex_);
    const auto free = [this] { return taken_ < options_.readers + options_.writers; };
    if (!returned_.wait_for(lock, kTakeMax, free)) {
      throw StoreUnavailable("the store is busy: no connection became free in time");
    }
    ++taken_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  try {
    return connect();
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void PgBackend::give_back(std::unique_ptr<PgConnection> connection) {
  std::vector<std::unique_ptr<PgConnection>> dead;  // closed without the lock
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (connection && connection->alive()) {
      idle_.push_back(std::move(connection));
    } else if (connection) {
      // A server that went away took the others with it.
      dead = std::move(idle_);
      idle_.clear();
    }
  }
  returned_.notify_one();
}

void PgBackend::run_once(sql::Mode mode, const std::function<void(sql::Connection&)>& work) {
  auto connection = take();
  try {
    sql::in_transaction(*connection, mode, [&] { work(*connection); });
  } catch (...) {
    give_back(std::move(connection));
    throw;
  }
  give_back(std::move(connection));
}

void PgBackend::run_blocking(sql::Mode mode, const std::function<void(sql::Connection&)>& work) {
  bool reconnected = false;
  for (int attempt = 1;; ++attempt) {
    try {
      return run_once(mode, work);
    } catch (const sql::TransactionConflict& conflict) {
      if (attempt == kAttemptsMax) {
        throw StoreUnavailable(
            fmt::format("{} conflicts one after another: {}", attempt, conflict.what()));
      }
    } catch (const ConnectionLost& lost) {
      if (lost.outcome_unknown || reconnected) throw;
      reconnected = true;
    }
    pause_blocking(attempt);
  }
}

void PgBackend::write_snapshot_blocking(const std::filesystem::path& file) {
  sqlite::SqliteConnection target(file, sqlite::Access::kReadWrite);
  target.run_script(fmt::format("PRAGMA application_id = {};", sqlite::kApplicationId));
  sql::migrate(target, all_migrations());
  run_blocking(sql::Mode::kRead, [&](sql::Connection& source) {
    sql::in_transaction(target, sql::Mode::kWrite, [&] { copy_contents(source, target); });
  });
}

void PgBackend::check_blocking() {
  run_blocking(sql::Mode::kRead, [](sql::Connection& connection) {
    for (const PortableTable& table : portable_tables()) {
      connection.query(fmt::format("SELECT COUNT(*) FROM {}", table.name));
    }
  });
}

}  // namespace bedplate::storage::postgres
