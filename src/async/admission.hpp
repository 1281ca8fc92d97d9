// A counting semaphore for coroutines on any thread: first come, first served, bounded queue.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "async/task.hpp"

namespace bedplate {

/// Hands out at most `slots` permits; callers beyond that queue up, at most `queue_max` of them.
class Admission : public std::enable_shared_from_this<Admission> {
 public:
  Admission(std::size_t slots, std::size_t queue_max) : free_(slots), queue_max_(queue_max) {}

  /// Returned when destroyed.
  class Permit {
   public:
    Permit() = default;
    explicit Permit(std::shared_ptr<Admission> from) : from_(std::move(from)) {}
    Permit(Permit&& other) noexcept : from_(std::move(other.from_)) {}
    Permit& operator=(Permit&& other) noexcept {
      if (this != &other) {
        release();
        from_ = std::move(other.from_);
      }
      return *this;
    }
    ~Permit() { release(); }
    explicit operator bool() const { return from_ != nullptr; }
    void release() {
      if (from_) std::exchange(from_, nullptr)->give_back();
    }

   private:
    std::shared_ptr<Admission> from_;
  };

  /// An empty permit when the queue is full or `wait_max` passed. Cancelling the awaiting task
  /// leaves the queue.
  Task<Permit> acquire(std::chrono::milliseconds wait_max);

  std::size_t waiting() const;

 private:
  struct Waiter {
    explicit Waiter(Executor executor) : timer(executor) {}
    Timer timer;
    bool granted = false;
  };
  void give_back();

  mutable std::mutex mutex_;
  std::size_t free_;
  std::size_t queue_max_;
  std::deque<std::shared_ptr<Waiter>> queue_;
};

}  // namespace bedplate
