// Durations that were measured, each one kept: percentiles are exact.
#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdint>
#include <vector>

namespace bedplate::bench {

class Samples {
 public:
  /// Room is set aside at the start, so that growing does not show in the figures.
  explicit Samples(std::size_t expected) { values_ns_.reserve(expected); }

  void add(std::int64_t value_ns) { values_ns_.push_back(value_ns); }
  std::size_t size() const { return values_ns_.size(); }

  /// `share` from 0 to 1; 0 when there are no samples. Sorts.
  double percentile_ms(double share) {
    if (values_ns_.empty()) return 0;
    std::sort(values_ns_.begin(), values_ns_.end());
    const auto last = static_cast<double>(values_ns_.size() - 1);
    return static_cast<double>(values_ns_[static_cast<std::size_t>(share * last + 0.5)]) / 1e6;
  }

  boost::json::object to_json() {
    return {{"count", size()},
            {"p50_ms", percentile_ms(0.5)},
            {"p90_ms", percentile_ms(0.9)},
            {"p99_ms", percentile_ms(0.99)},
            {"p999_ms", percentile_ms(0.999)},
            {"max_ms", percentile_ms(1)}};
  }

 private:
  std::vector<std::int64_t> values_ns_;
};

}  // namespace bedplate::bench
