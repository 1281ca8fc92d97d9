#include "operations/quotas/quota_ledger.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "operations/quotas/token_demand.hpp"

namespace bedplate::operations {
namespace {

using Verdict = QuotaCounters::Verdict;

/// Texts of recorded refusals.
ApiError refusal(Verdict verdict) {
  switch (verdict) {
    case Verdict::kTooManyTokens:
      return errors::throttling("Too many tokens, please wait before trying again.");
    case Verdict::kTooManyTokensPerDay:
      return errors::throttling("Too many tokens per day, please wait before trying again.");
    default:
      return errors::throttling("Too many requests, please wait before trying again.");
  }
}

}  // namespace

QuotaReservation::QuotaReservation(std::shared_ptr<QuotaCounters> counters, const Clock& clock,
                                   TokenDemand demand, int output_rate)
    : counters_(std::move(counters)),
      clock_(&clock),
      input_tokens_(demand.input_tokens),
      reserved_(demand.input_tokens + demand.max_tokens),
      day_(QuotaCounters::day_of(clock.now())),
      output_rate_(output_rate) {}

QuotaReservation::QuotaReservation(QuotaReservation&& other) noexcept {
  *this = std::move(other);
}

QuotaReservation& QuotaReservation::operator=(QuotaReservation&& other) noexcept {
  if (this == &other) return *this;
  close();
  counters_ = std::exchange(other.counters_, nullptr);
  clock_ = other.clock_;
  input_tokens_ = other.input_tokens_;
  reserved_ = other.reserved_;
  day_ = other.day_;
  output_rate_ = other.output_rate_;
  output_bytes_ = other.output_bytes_;
  asked_ = other.asked_;
  return *this;
}

QuotaReservation::~QuotaReservation() {
  close();
}

void QuotaReservation::settle(std::int64_t input_tokens, std::int64_t output_tokens) {
  if (!held()) return;
  const std::int64_t used = input_tokens + output_tokens * output_rate_;
  counters_->adjust(clock_->now(), used - reserved_, day_);
  reserved_ = 0;
  output_bytes_ = 0;
  asked_ = false;
}

void QuotaReservation::engine_failed() {
  if (output_bytes_ == 0) asked_ = false;
  close();
}

void QuotaReservation::close() {
  if (!held()) return;
  if (asked_) {
    settle(input_tokens_, estimated_tokens(output_bytes_));
  } else if (reserved_ != 0) {
    settle(0, 0);
  }
}

QuotaLedger::QuotaLedger(std::vector<QuotaRule> rules, Regions regions, const Clock& clock)
    : rules_(std::move(rules)), regions_(std::move(regions)), clock_(clock) {
  for (const QuotaRule& rule : rules_.rules()) {
    regions_.insert(rule.regions.begin(), rule.regions.end());
  }
}

const QuotaLimits* QuotaLedger::limits_of(const QuotaSubject& subject) const {
  const QuotaRule* rule = rules_.find(subject);
  return rule == nullptr ? nullptr : &rule->limits;
}

QuotaReservation QuotaLedger::reserve(const QuotaSubject& subject,
                                      std::optional<TokenDemand> demand, int output_rate) {
  const QuotaRule* rule = rules_.find(subject);
  if (rule == nullptr) return {};
  const Timestamp now = clock_.now();
  std::shared_ptr<QuotaCounters> counters = counters_of(subject, *rule, now);
  std::optional<std::int64_t> tokens;
  if (demand) tokens = demand->input_tokens + demand->max_tokens;
  const Verdict verdict = counters->admit(now, tokens);
  if (verdict != Verdict::kAdmitted) throw refusal(verdict);
  return {std::move(counters), clock_, demand.value_or(TokenDemand{}), output_rate};
}

std::shared_ptr<QuotaCounters> QuotaLedger::counters_of(const QuotaSubject& subject,
                                                        const QuotaRule& rule, Timestamp now) {
  const std::string_view region =
      regions_.contains(subject.region) ? subject.region : std::string_view{};
  const std::string key = fmt::format("{}/{}/{}/{}/{}", subject.account_id, region,
                                      static_cast<int>(scope_of(subject.profile_id)),
                                      &rule - rules_.rules().data(), subject.model_id);
  Shard& shard = shards_[std::hash<std::string>{}(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  if (const auto at = shard.by_key.find(key); at != shard.by_key.end()) {
    shard.recent.splice(shard.recent.begin(), shard.recent, at->second);
    return at->second->counters;
  }
  if (shard.recent.size() >= kCountersMax / kShards) {
    shard.by_key.erase(shard.recent.back().key);
    shard.recent.pop_back();
  }
  shard.recent.push_front({std::move(key), std::make_shared<QuotaCounters>(rule.limits, now)});
  shard.by_key.emplace(shard.recent.front().key, shard.recent.begin());
  return shard.recent.front().counters;
}

std::size_t QuotaLedger::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.recent.size();
  }
  return size;
}

}  // namespace bedplate::operations
