// An immutable value that many threads read while one replaces it now and then.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace bedplate {

/// Readers keep what they got for as long as they like. The lock is held for the copy of a pointer
/// only. (std::atomic<std::shared_ptr> is no better: libstdc++ locks, too, and GCC 12's load() lets
/// go of its lock without the order that ThreadSanitizer, rightly, wants.)
template <class T>
class Published {
 public:
  Published() = default;
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old one goes with the parameter, after the lock: it may be large
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace bedplate
