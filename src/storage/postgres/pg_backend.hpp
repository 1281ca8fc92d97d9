// PostgreSQL, for several servers that share their state.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/backend.hpp"
#include "storage/postgres/pg_connection.hpp"

namespace bedplate::storage::postgres {

class PgBackend final : public Backend {
 public:
  /// Connects and migrates. Throws StoreError, and std::invalid_argument for a wrong URL.
  explicit PgBackend(PgOptions options);

  /// Writes are one at a time, of all servers together. Runs `work` again after a deadlock, or
  /// when the connection was lost before the commit; a bounded number of times.
  void run_blocking(sql::Mode mode, const std::function<void(sql::Connection&)>& work) override;
  void write_snapshot_blocking(const std::filesystem::path& file) override;
  void check_blocking() override;
  std::string description() const override { return description_; }
  std::size_t writers() const override { return options_.writers; }

 private:
  std::unique_ptr<PgConnection> take();
  void give_back(std::unique_ptr<PgConnection> connection);
  std::unique_ptr<PgConnection> connect();
  void run_once(sql::Mode mode, const std::function<void(sql::Connection&)>& work);

  PgOptions options_;
  std::string description_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t taken_ = 0;
  std::vector<std::unique_ptr<PgConnection>> idle_;
  // After a failed attempt the next ones fail at once for a while, twice as long each time.
  std::chrono::steady_clock::time_point connect_from_{};
  std::chrono::milliseconds connect_pause_{0};
  std::string connect_problem_;
};

}  // namespace bedplate::storage::postgres
