// When, where and for which service access keys and roles were last used: what IAM's
// GetAccessKeyLastUsed and GetRole tell.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/periodic.hpp"
#include "base/clock.hpp"
#include "storage/store.hpp"

namespace bedplate::identity {

/// Requests are noted in memory; now and then what is new goes to the store. A server that is
/// killed forgets at most the last kWritePeriod. Safe from every thread.
class LastUses {
 public:
  static constexpr std::chrono::seconds kWritePeriod{15};
  /// A key that is used all the time is noted, and written, only so often.
  static constexpr std::chrono::seconds kPrecision{60};

  struct Use {
    Timestamp at;
    std::string service;  ///< as credentials are scoped: bedrock, iam, sts
    std::string region;

    bool operator==(const Use&) const = default;
  };

  /// `store` outlives it.
  explicit LastUses(storage::Store& store);

  /// @param id  of an access key (AKIA…) or of a role (AROA…)
  void note(const std::string& account_id, const std::string& id, const Use& use);
  /// Nothing when it was never used. Of what other servers noted, what they have written.
  Task<std::optional<Use>> find(std::string account_id, std::string id) const;
  /// Within the write that ends a key or role; forget() after it.
  static void erase(storage::Transaction& transaction, const std::string& account_id,
                    const std::string& id);
  void forget(const std::string& id);

  void start(Executor executor);  ///< writes from now on, until stop_blocking()
  void stop_blocking();           ///< writes what is new; a failure is logged
  void write_blocking();          ///< throws storage::StoreError

 private:
  struct Entry {
    std::string account_id;
    Use use;
    bool written = false;
  };
  struct Change {
    std::string account_id;
    std::string id;
    Use use;
  };

  static void put(storage::Transaction& transaction, const std::vector<Change>& changes);
  std::vector<Change> changes() const;
  void keep(const std::vector<Change>& written);
  Task<> write();
  std::optional<Use> in_memory(const std::string& id) const;

  storage::Store& store_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  Periodic writing_;
};

}  // namespace bedplate::identity
