// The owner of spawned coroutines: nothing runs that nobody can stop.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "async/task.hpp"

namespace bedplate {

/// Spawns coroutines on any loop, cancels them together and waits for their end.
class TaskGroup {
 public:
  explicit TaskGroup(std::string name);
  ~TaskGroup();  ///< stops; a task that still runs keeps what it needs
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on `executor`. What it throws is logged, cancellation aside. After stop() the
  /// task is dropped without being started.
  void spawn(Executor executor, Task<> task);

  /// Cancels every task: its pending operation ends with operation_aborted.
  void stop();

  /// Blocks the calling thread, which must be no I/O thread, until all tasks have ended. False
  /// when the time was up first.
  bool wait_blocking(std::chrono::milliseconds limit);

  std::size_t size() const;

 private:
  struct Entry {
    explicit Entry(Executor executor) : executor(executor) {}
    Executor executor;
    boost::asio::cancellation_signal cancel;
  };
  struct State {  // outlives the group for as long as a task runs
    std::string name;
    mutable std::mutex mutex;
    std::condition_variable empty;
    std::uint64_t next_id = 0;
    bool stopping = false;
    std::unordered_map<std::uint64_t, std::shared_ptr<Entry>> entries;
  };
  std::shared_ptr<State> state_;
};

}  // namespace bedplate
