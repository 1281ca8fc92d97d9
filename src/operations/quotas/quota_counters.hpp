// What one account has left for one model in one region.
#pragma once

#include <mutex>

#include "base/clock.hpp"
#include "operations/quotas/quota_rules.hpp"

namespace bedplate::operations {

/// The minute's limits are token buckets: each holds one minute's worth, is full at first and fills
/// evenly. The day's is a count that begins anew at midnight UTC. Why: docs/quotas.md. Safe from
/// every thread.
class QuotaCounters {
 public:
  enum class Verdict { kAdmitted, kTooManyRequests, kTooManyTokens, kTooManyTokensPerDay };

  /// @param limits  must outlive it
  QuotaCounters(const QuotaLimits& limits, Timestamp now);

  /// Takes one request, and tokens when it has any, or nothing at all.
  /// @param tokens  absent: the request's tokens do not count
  Verdict admit(Timestamp now, std::optional<std::int64_t> tokens);

  /// Takes more of what an earlier admit() took, or gives back (negative). The bucket may go below
  /// empty, by one minute's worth at most.
  /// @param day  day_of() the admit()
  void adjust(Timestamp now, std::int64_t tokens, std::int64_t day);

  static std::int64_t day_of(Timestamp now);  ///< since 1970, UTC

 private:
  void advance(Timestamp now);

  const QuotaLimits& limits_;
  std::mutex mutex_;
  double requests_ = 0;  ///< left in the minute's bucket
  double tokens_ = 0;    ///< left in the minute's bucket; below 0: owed
  Timestamp filled_at_;
  std::int64_t day_;
  std::int64_t tokens_today_ = 0;
};

}  // namespace bedplate::operations
