// Deadlines of thousands of connections without a timer each: one tick per thread looks at all.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"

namespace bedplate::wire {

class Ticker;

/// Something that is looked at from time to time, on its own thread.
class Ticked {
 public:
  Ticked() = default;
  Ticked(const Ticked&) = delete;
  Ticked& operator=(const Ticked&) = delete;
  /// Must not destroy itself or another Ticked; may cancel and close.
  virtual void on_tick(SteadyClock::time_point now) = 0;

 protected:
  ~Ticked() = default;

 private:
  friend class Ticker;
  std::size_t index_ = 0;
};

/// One loop's list. Everything but the constructor happens on that loop's thread. The timer runs
/// only while the list has entries.
class Ticker : public std::enable_shared_from_this<Ticker> {
 public:
  /// A deadline is noticed at most `period` late.
  Ticker(Executor executor, std::chrono::milliseconds period) : timer_(executor), period_(period) {}

  void add(Ticked& entry);
  void remove(Ticked& entry);
  std::size_t size() const { return entries_.size(); }

  template <class Function>
  void for_each(Function function) {
    for (std::size_t i = 0; i < entries_.size(); ++i) function(*entries_[i]);
  }

 private:
  void arm();

  Timer timer_;
  std::chrono::milliseconds period_;
  bool armed_ = false;
  std::vector<Ticked*> entries_;
};

/// A quarter of the shortest time that is to be kept, within sensible bounds.
std::chrono::milliseconds tick_period(std::initializer_list<std::chrono::milliseconds> limits);

}  // namespace bedplate::wire
