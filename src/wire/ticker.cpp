#include "wire/ticker.hpp"

#include <algorithm>

namespace bedplate::wire {

using std::chrono::milliseconds;

void Ticker::add(Ticked& entry) {
  entry.index_ = entries_.size();
  entries_.push_back(&entry);
  if (!armed_) arm();
}

void Ticker::remove(Ticked& entry) {
  entries_[entry.index_] = entries_.back();
  entries_[entry.index_]->index_ = entry.index_;
  entries_.pop_back();
}

void Ticker::arm() {
  armed_ = true;
  timer_.expires_after(period_);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error) return;
    const auto now = SteadyClock::now();
    self->for_each([now](Ticked& entry) { entry.on_tick(now); });
    self->armed_ = false;
    if (!self->entries_.empty()) self->arm();
  });
}

milliseconds tick_period(std::initializer_list<milliseconds> limits) {
  return std::clamp(std::min(limits) / 4, milliseconds(5), milliseconds(250));
}

}  // namespace bedplate::wire
