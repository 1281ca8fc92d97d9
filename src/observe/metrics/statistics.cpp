#include "observe/metrics/statistics.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace bedplate::observe {
namespace {

namespace json = boost::json;

constexpr double kGrowth = 1.02;
constexpr std::int32_t kZero = std::numeric_limits<std::int16_t>::min();  // what is not above 0
constexpr std::int32_t kIndexMax = 5'000;                                 // 1.02^5000 is 1e43

std::int32_t index_of(double value) {
  if (!(value > 0)) return kZero;
  static const double kLogOfGrowth = std::log(kGrowth);
  const double index = std::floor(std::log(value) / kLogOfGrowth);
  return static_cast<std::int32_t>(
      std::clamp(index, static_cast<double>(-kIndexMax), static_cast<double>(kIndexMax)));
}

double middle_of(std::int32_t index) {
  return index == kZero ? 0 : std::pow(kGrowth, index + 0.5);
}

[[noreturn]] void refuse() {
  throw std::invalid_argument("this is no statistic set");
}

double number(const json::value& value) {
  if (!value.is_number()) refuse();
  return value.to_number<double>();
}

std::uint64_t count_in(const json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0) refuse();
  return static_cast<std::uint64_t>(value.get_int64());
}

}  // namespace

void Statistics::add_to_bin(std::int32_t index, std::uint64_t count) {
  const auto at = std::lower_bound(bins_.begin(), bins_.end(), index,
                                   [](const Bin& bin, std::int32_t i) { return bin.index < i; });
  if (at != bins_.end() && at->index == index) {
    at->count += count;
  } else {
    bins_.insert(at, {index, count});
  }
}

void Statistics::spread() {
  if (bins_.empty() && count_ > 0) bins_.push_back({index_of(min_), count_});
}

void Statistics::add(double value) {
  if (!std::isfinite(value)) return;
  const bool same = count_ == 0 || (value == min_ && value == max_);
  if (!same) {
    spread();
    add_to_bin(index_of(value), 1);
  }
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  sum_ += value;
  ++count_;
}

void Statistics::merge(const Statistics& other) {
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = other;
    return;
  }
  const bool same = min_ == max_ && other.min_ == other.max_ && min_ == other.min_;
  if (!same) {
    spread();
    if (other.bins_.empty()) add_to_bin(index_of(other.min_), other.count_);
    for (const Bin& bin : other.bins_) add_to_bin(bin.index, bin.count);
  }
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

double Statistics::percentile(double percent) const {
  if (count_ == 0) return 0;
  if (bins_.empty() || percent <= 0) return min_;
  if (percent >= 100) return max_;
  const double wanted = percent / 100 * static_cast<double>(count_);
  std::uint64_t below = 0;
  for (const Bin& bin : bins_) {
    below += bin.count;
    if (static_cast<double>(below) >= wanted) return std::clamp(middle_of(bin.index), min_, max_);
  }
  return max_;
}

json::value Statistics::to_json() const {
  json::array bins;
  for (const Bin& bin : bins_) {
    json::array pair;
    pair.emplace_back(bin.index);
    pair.emplace_back(static_cast<std::int64_t>(bin.count));
    bins.emplace_back(std::move(pair));
  }
  json::array all;
  all.emplace_back(static_cast<std::int64_t>(count_));
  all.emplace_back(sum_);
  all.emplace_back(min_);
  all.emplace_back(max_);
  all.emplace_back(std::move(bins));
  return all;
}

Statistics Statistics::from_json(const json::value& value) {
  const json::array* all = value.if_array();
  if (all == nullptr || all->size() != 5 || !(*all)[4].is_array()) refuse();
  Statistics read;
  read.count_ = count_in((*all)[0]);
  read.sum_ = number((*all)[1]);
  read.min_ = number((*all)[2]);
  read.max_ = number((*all)[3]);
  for (const json::value& each : (*all)[4].get_array()) {
    const json::array* pair = each.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_int64()) refuse();
    read.add_to_bin(static_cast<std::int32_t>((*pair)[0].get_int64()), count_in((*pair)[1]));
  }
  return read;
}

}  // namespace bedplate::observe
