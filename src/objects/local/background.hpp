// Work on the pool that goes on while its owner does something else.
#pragma once

#include <exception>
#include <functional>
#include <memory>

#include "objects/local/local_core.hpp"

namespace bedplate::objects {

/// One piece of work at a time. What the work uses it must own: it goes on when this is destroyed.
class Background {
 public:
  explicit Background(std::shared_ptr<LocalPool> pool) : pool_(std::move(pool)) {}

  /// Begins; the work before it must have been waited for. Throws kSlowDown when the queue is full.
  Task<> start(std::function<void()> work);
  /// Waits for the work, if there is any, and rethrows what it has thrown.
  Task<> settle();

 private:
  struct State {
    explicit State(Executor executor) : done(executor) {}
    Timer done;
    bool finished = false;
    std::exception_ptr failure;
  };
  std::shared_ptr<LocalPool> pool_;
  std::shared_ptr<State> state_;
};

}  // namespace bedplate::objects
