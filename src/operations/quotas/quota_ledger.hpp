// All counters of this server, and what a request holds of them.
#pragma once

#include <array>
#include <list>
#include <memory>
#include <unordered_map>

#include "operations/quotas/quota_counters.hpp"

namespace bedplate::operations {

/// What a request may come to, before anything has counted it.
struct TokenDemand {
  std::int64_t input_tokens = 0;  ///< an estimate
  std::int64_t max_tokens = 0;
};

/// What a request has taken of its quota. Ends with what the request was worth: what the engine
/// counted, an estimate when it did not come to that, nothing when no engine was asked.
class QuotaReservation {
 public:
  QuotaReservation() = default;  ///< of a request that nothing limits
  QuotaReservation(std::shared_ptr<QuotaCounters> counters, const Clock& clock, TokenDemand demand,
                   int output_rate);
  QuotaReservation(QuotaReservation&& other) noexcept;
  QuotaReservation& operator=(QuotaReservation&& other) noexcept;
  ~QuotaReservation();

  bool held() const { return counters_ != nullptr; }

  /// The engine works from now on; that counts even if nobody waits for the end.
  void engine_asked() { asked_ = true; }
  void output_seen(std::size_t bytes) { output_bytes_ += bytes; }
  /// The engine gave up. What it had put out counts, with its input.
  void engine_failed();
  /// What was really used, in place of what was reserved. Called again (one request for several
  /// replies), it adds.
  /// @param input_tokens  with those written to a cache, without those read from one
  void settle(std::int64_t input_tokens, std::int64_t output_tokens);

 private:
  void close();

  std::shared_ptr<QuotaCounters> counters_;
  const Clock* clock_ = nullptr;
  std::int64_t input_tokens_ = 0;  ///< the estimate
  std::int64_t reserved_ = 0;      ///< and not settled yet
  std::int64_t day_ = 0;
  int output_rate_ = 1;
  std::size_t output_bytes_ = 0;
  bool asked_ = false;
};

/// Safe from every thread. A request takes the lock of its shard to find its counters, then theirs:
/// neither is held while anything waits.
class QuotaLedger {
 public:
  /// Counters that are kept at most; beyond it the one that was used least recently is forgotten.
  static constexpr std::size_t kCountersMax = 65'536;

  /// @param regions  which are counted each on its own; a caller's inventions share one count
  QuotaLedger(std::vector<QuotaRule> rules, Regions regions, const Clock& clock);

  /// The limits that hold for a request; nullptr: none.
  const QuotaLimits* limits_of(const QuotaSubject& subject) const;

  /// Counts a request. Throws ThrottlingException.
  /// @param demand  absent: only requests are counted
  /// @param output_rate  tokens of the quota that one token of output takes
  QuotaReservation reserve(const QuotaSubject& subject, std::optional<TokenDemand> demand,
                           int output_rate);

  std::size_t size() const;  ///< counters that are kept

 private:
  static constexpr std::size_t kShards = 64;
  struct Kept {
    std::string key;
    std::shared_ptr<QuotaCounters> counters;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::list<Kept> recent;  ///< the one used last first
    std::unordered_map<std::string_view, std::list<Kept>::iterator> by_key;
  };

  std::shared_ptr<QuotaCounters> counters_of(const QuotaSubject& subject, const QuotaRule& rule,
                                             Timestamp now);

  QuotaRules rules_;
  Regions regions_;
  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

}  // namespace bedplate::operations
