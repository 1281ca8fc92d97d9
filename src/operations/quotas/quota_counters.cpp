#include "operations/quotas/quota_counters.hpp"

#include <algorithm>

namespace bedplate::operations {
namespace {

constexpr double kMinuteMs = 60'000;
/// Of a bucket that has been filled in parts.
constexpr double kRounding = 1e-6;

double worth(const std::optional<std::int64_t>& limit) {
  return static_cast<double>(limit.value_or(0));
}

double filled(double level, double worth, double elapsed_ms) {
  return std::min(worth, level + worth * elapsed_ms / kMinuteMs);
}

}  // namespace

QuotaCounters::QuotaCounters(const QuotaLimits& limits, Timestamp now)
    : limits_(limits),
      requests_(worth(limits.requests_per_minute)),
      tokens_(worth(limits.tokens_per_minute)),
      filled_at_(now),
      day_(day_of(now)) {}

std::int64_t QuotaCounters::day_of(Timestamp now) {
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

void QuotaCounters::advance(Timestamp now) {
  // A clock that was set back gives nothing, and takes nothing.
  const double elapsed_ms = std::max(0.0, static_cast<double>((now - filled_at_).count()));
  filled_at_ = now;
  requests_ = filled(requests_, worth(limits_.requests_per_minute), elapsed_ms);
  tokens_ = filled(tokens_, worth(limits_.tokens_per_minute), elapsed_ms);
  if (day_ != day_of(now)) {
    day_ = day_of(now);
    tokens_today_ = 0;
  }
}

QuotaCounters::Verdict QuotaCounters::admit(Timestamp now, std::optional<std::int64_t> tokens) {
  const std::lock_guard lock(mutex_);
  advance(now);
  if (limits_.requests_per_minute && requests_ + kRounding < 1) return Verdict::kTooManyRequests;
  if (tokens) {
    // A request that needs nothing still finds a quota that is used up.
    const std::int64_t needed = std::max<std::int64_t>(*tokens, 1);
    if (limits_.tokens_per_day && tokens_today_ + needed > *limits_.tokens_per_day) {
      return Verdict::kTooManyTokensPerDay;
    }
    if (limits_.tokens_per_minute && tokens_ + kRounding < static_cast<double>(needed)) {
      return Verdict::kTooManyTokens;
    }
    if (limits_.tokens_per_minute) tokens_ -= static_cast<double>(*tokens);
    if (limits_.tokens_per_day) tokens_today_ += *tokens;
  }
  if (limits_.requests_per_minute) requests_ -= 1;
  return Verdict::kAdmitted;
}

void QuotaCounters::adjust(Timestamp now, std::int64_t tokens, std::int64_t day) {
  const std::lock_guard lock(mutex_);
  advance(now);
  const double worth_tokens = worth(limits_.tokens_per_minute);
  tokens_ = std::clamp(tokens_ - static_cast<double>(tokens), -worth_tokens, worth_tokens);
  if (limits_.tokens_per_day && day == day_) {
    tokens_today_ = std::max<std::int64_t>(0, tokens_today_ + tokens);
  }
}

}  // namespace bedplate::operations
