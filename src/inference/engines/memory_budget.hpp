// The memory that all embedded engines share.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"

namespace bedplate::inference {

/// Who occupies memory, and can be asked to give it back.
class MemoryTenant {
 public:
  virtual ~MemoryTenant() = default;
  virtual SteadyClock::time_point last_used() const = 0;
  /// Begins to give its memory back unless it is in use: release() follows. True when it does.
  virtual bool try_unload() = 0;
};

/// Hands memory out by estimate and makes room by unloading whoever was idle the longest. Safe
/// from every thread.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t total_bytes) : total_bytes_(total_bytes) {}

  std::int64_t total_bytes() const { return total_bytes_; }

  /// Reserves `bytes` for `tenant`, which has none. Throws EngineError: kUnavailable when they are
  /// more than all there is, kBusy when nobody is idle, or who is does not end within `wait_max`.
  Task<> reserve(MemoryTenant& tenant, std::int64_t bytes, std::chrono::milliseconds wait_max);
  /// Does nothing when the tenant has none.
  void release(MemoryTenant& tenant);

 private:
  struct Lease {
    MemoryTenant* tenant;
    std::int64_t bytes;
    bool leaving;
  };
  enum class Step { kReserved, kWait, kNobodyIdle };
  Step try_reserve(MemoryTenant& tenant, std::int64_t bytes);
  Lease* longest_idle_unloaded();

  const std::int64_t total_bytes_;
  std::mutex mutex_;
  std::vector<Lease> leases_;
};

}  // namespace bedplate::inference
