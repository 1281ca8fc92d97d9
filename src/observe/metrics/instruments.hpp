// The server's own numbers: counters and histograms with labels. Whoever counts takes a lock of a
// few instructions at most; whoever reads takes none, so a scrape never holds a request up.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "observe/metrics/exposition.hpp"

namespace bedplate::observe {

/// Only goes up.
class Counter {
 public:
  void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Values by size. The bounds, in order, are the upper ends of its buckets; what is beyond the last
/// has a bucket of its own. They outlive it.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  void observe(double value);

  struct Values {
    std::vector<std::uint64_t> counts;  ///< of each bucket by itself
    double sum = 0;
  };
  Values values() const;
  std::span<const double> bounds() const { return bounds_; }

 private:
  std::span<const double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// Something that a scrape shows. Outlives every scrape.
class Exposed {
 public:
  virtual ~Exposed() = default;
  virtual void write(MetricWriter& out) const = 0;
};

/// Counters or histograms of one name, one for each combination of labels. They are made when they
/// are first asked for and stay for ever, so that references to them may be kept. Of more than
/// `series_max` combinations the further ones share one, labelled `other`.
template <class Cell>
class Family final : public Exposed {
 public:
  static constexpr std::size_t kSeriesMax = 5'000;
  static constexpr std::string_view kOther = "other";

  /// @param name  in Prometheus' conventions, of a counter without `_total`
  /// @param cell_arguments  what each Cell is made from
  template <class... Arguments>
  Family(std::string name, std::string help, std::vector<std::string> labels,
         std::size_t series_max = kSeriesMax, Arguments... cell_arguments)
      : facts_{std::move(name), std::move(help), std::move(labels)},
        series_max_(series_max),
        make_([cell_arguments...] { return std::make_unique<Cell>(cell_arguments...); }) {}
  ~Family() override;
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  /// The cell of these values of the labels, in their order.
  Cell& at(std::initializer_list<std::string_view> values);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// How often a new combination found no room.
  std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  void write(MetricWriter& out) const override;

 private:
  struct Series {
    std::vector<std::string> values;
    std::unique_ptr<Cell> cell;
    const Series* next = nullptr;
  };
  static constexpr std::size_t kShards = 16;
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Series*> by_values;
  };

  Series& add(std::vector<std::string> values);
  Series& other();

  const MetricFacts facts_;
  const std::size_t series_max_;
  const std::function<std::unique_ptr<Cell>()> make_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint64_t> refused_{0};
  /// All series, the newest first: only ever grows at this end.
  std::atomic<const Series*> newest_{nullptr};
  std::mutex other_mutex_;
  Series* other_ = nullptr;
};

extern template class Family<Counter>;
extern template class Family<Histogram>;

/// From a thousandth of a second to five minutes: what model calls take.
extern const std::array<double, 18> kSecondsBounds;
/// From 20 microseconds to 5 seconds: what the store takes.
extern const std::array<double, 17> kStoreSecondsBounds;
/// Tokens a second.
extern const std::array<double, 14> kTokenRateBounds;

}  // namespace bedplate::observe
