// What was used of the models, by day, and what it costs at AWS's prices: a row in the store for
// each day, principal, model and profile.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "observe/metrics/model_use.hpp"
#include "storage/store.hpp"

namespace bedplate::observe {

/// Of whom and what.
struct UsageSubject {
  std::string account_id;
  std::string region;
  std::string principal_arn;  ///< of a role's session the role's
  std::string model_id;
  std::string profile;  ///< see ModelUse
  bool own_profile = false;

  bool operator==(const UsageSubject&) const = default;
};

struct UsageAmounts {
  std::int64_t requests = 0;
  std::int64_t unpriced_requests = 0;  ///< of those: for which the catalogue knows no price
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::int64_t images = 0;
  double cost_usd = 0;

  void add(const UsageAmounts& other);
};

UsageAmounts amounts_of(const ModelUse& use);

struct UsageRow {
  std::string day;  ///< 2026-01-02, UTC
  UsageSubject subject;
  std::map<std::string, std::string> tags;  ///< of its profile, as they last were on that day
  UsageAmounts amounts;
};

/// Safe from every thread.
class UsageLedger {
 public:
  static constexpr int kKeptDays = 400;
  /// Subjects between two writes to the store; the use of further ones goes under `other`.
  static constexpr std::size_t kSubjectsMax = 10'000;
  static constexpr const char* kOther = "other";

  /// Takes no longer than a look-up.
  void add(const UsageSubject& subject, const UsageAmounts& amounts, Timestamp now);

  /// Adds what is new to the rows of the store. What it does not take stays, and is tried again.
  void flush_blocking(storage::Store& store);
  /// Erases days that are older than kKeptDays.
  void purge_blocking(storage::Store& store, Timestamp now);

 private:
  struct Entry {
    std::string day;
    UsageSubject subject;
    UsageAmounts amounts;
  };
  using Entries = std::unordered_map<std::string, Entry>;

  static void write(storage::Transaction& transaction, const Entry& entry);

  std::mutex mutex_;
  Entries entries_;
};

/// The rows of the store, days from `from` to `to` (2026-01-02), both included.
std::vector<UsageRow> read_usage_blocking(storage::Store& store, const std::string& from,
                                          const std::string& to);

}  // namespace bedplate::observe
