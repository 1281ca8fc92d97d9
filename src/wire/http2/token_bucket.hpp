// A rate limit for what costs a client nothing and us something.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace bedplate::wire::http2 {

class TokenBucket {
 public:
  TokenBucket(double burst, double per_second) : burst_(burst), per_second_(per_second) {}

  /// False when there is no token left.
  bool take(SteadyClock::time_point now) {
    if (last_ != SteadyClock::time_point{}) {
      const std::chrono::duration<double> passed = now - last_;
      tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    }
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double burst_;
  double per_second_;
  double tokens_ = burst_;
  SteadyClock::time_point last_{};
};

}  // namespace bedplate::wire::http2
