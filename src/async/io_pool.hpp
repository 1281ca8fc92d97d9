// The I/O threads.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "async/task.hpp"

namespace bedplate {

/// A fixed set of threads, each running a loop of its own. Nothing on them may block.
class IoPool {
 public:
  explicit IoPool(std::size_t threads);
  ~IoPool();
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  std::size_t size() const { return loops_.size(); }
  Executor executor(std::size_t index) { return loops_[index]->context.get_executor(); }
  boost::asio::io_context& context(std::size_t index) { return loops_[index]->context; }
  /// Round robin.
  std::size_t next() { return next_.fetch_add(1, std::memory_order_relaxed) % loops_.size(); }

  /// Ends the loops, whatever still waits in them, and joins the threads.
  void stop();

  /// The index of the loop that the calling thread runs; -1 on any other thread.
  static int current();

 private:
  struct Loop {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<Executor> work{context.get_executor()};
    std::thread thread;
  };
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<std::size_t> next_{0};
};

}  // namespace bedplate
