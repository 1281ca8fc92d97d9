// What is kept of the values that a metric had in a period, as CloudWatch keeps it.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <vector>

namespace bedplate::observe {

/// A statistic set, and how the values are spread: in bins that each end 2 % above the one before,
/// so that a percentile is off by 1 % at most.
class Statistics {
 public:
  /// @param value  0 or more; what is less counts as 0 for percentiles
  void add(double value);
  void merge(const Statistics& other);

  bool empty() const { return count_ == 0; }
  std::uint64_t count() const { return count_; }
  double sum() const { return sum_; }
  double min() const { return min_; }
  double max() const { return max_; }
  double average() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  /// @param percent  0 to 100
  double percentile(double percent) const;

  /// `[count, sum, min, max, [[bin, count], …]]`, for the store.
  boost::json::value to_json() const;
  /// Throws std::invalid_argument when it is anything else.
  static Statistics from_json(const boost::json::value& json);

 private:
  struct Bin {
    std::int32_t index;
    std::uint64_t count;
  };
  void spread();
  void add_to_bin(std::int32_t index, std::uint64_t count);

  std::uint64_t count_ = 0;
  double sum_ = 0;
  double min_ = 0;
  double max_ = 0;
  std::vector<Bin> bins_;  ///< by index; none while all values are the same
};

}  // namespace bedplate::observe
