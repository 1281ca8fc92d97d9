#include "observe/metrics/instruments.hpp"

#include <algorithm>
#include <functional>

namespace bedplate::observe {

const std::array<double, 18> kSecondsBounds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 300};
const std::array<double, 17> kStoreSecondsBounds{0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001,
                                                 0.002,   0.005,   0.01,   0.02,   0.05,   0.1,
                                                 0.25,    0.5,     1,      2.5,    5};
const std::array<double, 14> kTokenRateBounds{1,  2.5, 5,   10,  20,  40,   60,
                                              80, 100, 150, 250, 500, 1000, 2500};

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)) {}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1,
                                                                       std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Values Histogram::values() const {
  Values values;
  values.sum = sum_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    values.counts.push_back(counts_[i].load(std::memory_order_relaxed));
  }
  return values;
}

namespace {

constexpr const char* type_of(const Counter*) {
  return "counter";
}
constexpr const char* type_of(const Histogram*) {
  return "histogram";
}

void write_cell(MetricWriter& out, const MetricFacts& facts, const std::vector<std::string>& values,
                const Counter& counter) {
  out.sample(facts, values, counter.value());
}

void write_cell(MetricWriter& out, const MetricFacts& facts, const std::vector<std::string>& values,
                const Histogram& histogram) {
  const Histogram::Values read = histogram.values();
  out.histogram(facts, values, histogram.bounds(), read.counts, read.sum);
}

/// Values of labels as one text. None of them has a NUL: it is taken for an end.
void join(std::initializer_list<std::string_view> values, std::string& key) {
  key.clear();
  for (const std::string_view value : values) {
    key += value;
    key += '\0';
  }
}

}  // namespace

template <class Cell>
Family<Cell>::~Family() {
  const Series* series = newest_.load();
  while (series != nullptr) delete std::exchange(series, series->next);
}

template <class Cell>
Cell& Family<Cell>::at(std::initializer_list<std::string_view> values) {
  static thread_local std::string key;  // its memory is used again: no allocation for known series
  join(values, key);
  Shard& shard = shards_[std::hash<std::string_view>()(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.by_values.find(key); found != shard.by_values.end()) {
    return *found->second->cell;
  }
  if (size_.load(std::memory_order_relaxed) >= series_max_) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return *other().cell;
  }
  Series& series = add({values.begin(), values.end()});
  shard.by_values.emplace(key, &series);
  return *series.cell;
}

template <class Cell>
typename Family<Cell>::Series& Family<Cell>::other() {
  const std::lock_guard lock(other_mutex_);
  if (other_ == nullptr) {
    other_ = &add(std::vector<std::string>(facts_.labels.size(), std::string(kOther)));
  }
  return *other_;
}

template <class Cell>
typename Family<Cell>::Series& Family<Cell>::add(std::vector<std::string> values) {
  auto* series = new Series{std::move(values), make_(), nullptr};
  const Series* newest = newest_.load(std::memory_order_relaxed);
  do {
    series->next = newest;
  } while (!newest_.compare_exchange_weak(newest, series, std::memory_order_release,
                                          std::memory_order_relaxed));
  size_.fetch_add(1, std::memory_order_relaxed);
  return *series;
}

template <class Cell>
void Family<Cell>::write(MetricWriter& out) const {
  out.family(facts_, type_of(static_cast<const Cell*>(nullptr)));
  for (const Series* series = newest_.load(std::memory_order_acquire); series != nullptr;
       series = series->next) {
    write_cell(out, facts_, series->values, *series->cell);
  }
}

template class Family<Counter>;
template class Family<Histogram>;

}  // namespace bedplate::observe
