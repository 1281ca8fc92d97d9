// The durable store: what operations use. docs/storage.md.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

#include "async/blocking_pool.hpp"
#include "async/task.hpp"
#include "base/published.hpp"
#include "storage/errors.hpp"
#include "storage/transaction.hpp"

namespace bedplate::storage {

class Backend;

/// How much is done at once. What does not fit the queue is ServiceUnavailableException.
struct StoreLimits {
  std::size_t readers = 4;
  std::size_t queue_max = 1'024;
};

/// Safe from every thread. Must outlive the coroutines that use it.
class Store {
 public:
  Store(std::unique_ptr<Backend> backend, StoreLimits limits);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Is told of every transaction, on its own thread: whether it may change something, and how long
  /// it took, waiting for its turn included.
  using Observer = std::function<void(bool write, std::chrono::nanoseconds elapsed)>;
  /// One at a time; an empty one ends it.
  void observe(Observer observer);

  /// Runs `function(Transaction&)` in one transaction on a blocking pool and returns its result:
  /// all that it reads is of one moment. `function` must be copyable and hold what it needs by
  /// value, as it goes on when the awaiting coroutine is cancelled; it may run more than once (a
  /// lost connection to PostgreSQL), so it must change nothing but through the transaction.
  template <class Function>
  Task<std::invoke_result_t<Function&, Transaction&>> read(Function function) {
    return on(*read_pool_,
              [this, function = std::move(function)]() mutable { return read_blocking(function); });
  }
  /// The same for changes: they are durable when this returns, and none of them is kept when
  /// `function` throws. Writes are serialised: each sees the one before it.
  template <class Function>
  Task<std::invoke_result_t<Function&, Transaction&>> write(Function function) {
    return on(*write_pool_, [this, function = std::move(function)]() mutable {
      return write_blocking(function);
    });
  }

  // For start-up and the command line.
  template <class Function>
  std::invoke_result_t<Function&, Transaction&> read_blocking(Function&& function) {
    return collect(function, &Store::run_read_blocking);
  }
  template <class Function>
  std::invoke_result_t<Function&, Transaction&> write_blocking(Function&& function) {
    return collect(function, &Store::run_write_blocking);
  }

  /// A counter that Transaction::touch(group) raises; 0 before the first. Whoever keeps a group of
  /// resources in memory reads them again when it differs from that of the reading transaction.
  Task<std::int64_t> generation(std::string group);
  std::int64_t generation_blocking(const std::string& group);
  /// The last one that this process has written or read: no input or output. Another server's
  /// changes show after the next generation().
  std::int64_t known_generation(std::string_view group) const;

  /// Writes all state to one portable SQLite file (mode 0600), as of one moment, while the server
  /// goes on. Throws StoreError, and std::runtime_error when the file exists and `overwrite` is
  /// not set.
  void backup_blocking(const std::filesystem::path& file, bool overwrite);
  /// Replaces all state by a backup's in one transaction. Every generation is raised. Throws
  /// StoreUnusable when the file is no backup, is damaged, or comes from a newer Bedplate; nothing
  /// has changed then.
  void restore_blocking(const std::filesystem::path& file);
  /// Throws StoreUnusable when the database is damaged. Reads all of it.
  void check_blocking();
  std::string description() const;

 private:
  using Work = std::function<void(Transaction&)>;

  template <class Function>
  auto collect(Function& function, void (Store::*run)(const Work&)) {
    using Result = std::invoke_result_t<Function&, Transaction&>;
    if constexpr (std::is_void_v<Result>) {
      (this->*run)([&](Transaction& transaction) { function(transaction); });
    } else {
      std::optional<Result> result;
      (this->*run)([&](Transaction& transaction) { result.emplace(function(transaction)); });
      return std::move(*result);
    }
  }
  void run_read_blocking(const Work& work);
  void run_write_blocking(const Work& work);
  void learn_generation(std::string_view group, std::int64_t value);
  class Timed;

  std::unique_ptr<Backend> backend_;
  Published<Observer> observer_;
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t, std::less<>> generations_;
  // Last: their threads end before what they use.
  std::unique_ptr<BlockingPool> read_pool_;
  std::unique_ptr<BlockingPool> write_pool_;
};

}  // namespace bedplate::storage
