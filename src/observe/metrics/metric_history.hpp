// The minutes of AWS/Bedrock's metrics: new ones in memory, older ones in the store, a row for each
// account, region and hour. docs/metrics.md says how long they are kept.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "observe/metrics/bedrock_metrics.hpp"
#include "storage/store.hpp"

namespace bedplate::observe {

/// Minutes and hours count from 1970, in UTC.
std::int64_t minute_of(Timestamp time);

/// Safe from every thread.
class MetricHistory {
 public:
  static constexpr std::int64_t kKeptMinutes = 15 * 24 * 60;
  /// Models of accounts and regions that are called between two writes to the store; and minutes of
  /// each, when the store does not take them.
  static constexpr std::size_t kSubjectsMax = 4'096;
  static constexpr std::size_t kMinutesMax = 60;

  struct Subject {
    std::string_view account_id;
    std::string_view region;
    std::string_view model_id;
  };
  using Value = std::pair<BedrockMetric, double>;

  /// Takes no longer than a look-up: for the threads that answer requests.
  void add(const Subject& subject, std::span<const Value> values, Timestamp now);

  /// Writes what is new to the store. What it does not take stays, and is tried again.
  void flush_blocking(storage::Store& store);
  /// Erases what is older than kKeptMinutes.
  void purge_blocking(storage::Store& store, Timestamp now);

  using Visit = std::function<void(std::string_view model_id, std::int64_t minute,
                                   BedrockMetric metric, const Statistics& statistics)>;
  /// Every minute in [from, to) of an account and region, in no order; a minute may come in parts.
  void read(storage::Transaction& transaction, const std::string& account_id,
            const std::string& region, std::int64_t from, std::int64_t to, const Visit& visit);

  using Listed = std::map<std::pair<std::string, BedrockMetric>, std::int64_t>;
  /// The metrics of each model, and the last minute that each has.
  Listed list(storage::Transaction& transaction, const std::string& account_id,
              const std::string& region);

  /// Values that found no room.
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  struct Recent {
    std::string account_id, region, model_id;
    std::vector<std::pair<std::int64_t, MetricMinute>> minutes;
  };
  static constexpr std::size_t kShards = 16;
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Recent> by_subject;
  };
  using Group = std::vector<Recent>;  ///< of one account and region

  std::map<std::pair<std::string, std::string>, Group> take();
  void put_back(Group group);
  Group recent_of(const std::string& account_id, const std::string& region);
  MetricMinute* minute_in(Recent& recent, std::int64_t minute);

  /// Held by the writer while minutes are neither in memory nor in the store, or in both.
  std::shared_mutex exchange_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace bedplate::observe
