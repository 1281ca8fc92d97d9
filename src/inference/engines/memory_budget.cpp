#include "inference/engines/memory_budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

constexpr std::chrono::milliseconds kLookInterval{10};  ///< while somebody leaves

std::int64_t mib(std::int64_t bytes) {
  return (bytes + (1 << 20) - 1) >> 20;
}

}  // namespace

Task<> MemoryBudget::reserve(MemoryTenant& tenant, std::int64_t bytes,
                             std::chrono::milliseconds wait_max) {
  if (bytes > total_bytes_) {
    throw EngineError(EngineError::Kind::kUnavailable,
                      fmt::format("it needs about {} MiB of memory and the engines' budget is "
                                  "{} MiB",
                                  mib(bytes), mib(total_bytes_)));
  }
  Timer timer(co_await boost::asio::this_coro::executor);
  const auto end = SteadyClock::now() + wait_max;
  for (;;) {
    const Step step = try_reserve(tenant, bytes);
    if (step == Step::kReserved) co_return;
    if (step == Step::kNobodyIdle || SteadyClock::now() >= end) {
      throw EngineError(EngineError::Kind::kBusy,
                        "the memory for models is taken by others that are in use");
    }
    timer.expires_after(kLookInterval);
    co_await timer.async_wait(use_task);
  }
}

MemoryBudget::Step MemoryBudget::try_reserve(MemoryTenant& tenant, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  std::int64_t used = 0;
  std::int64_t leaving = 0;
  for (const Lease& lease : leases_) {
    used += lease.bytes;
    if (lease.leaving) leaving += lease.bytes;
  }
  if (used + bytes <= total_bytes_) {
    leases_.push_back({&tenant, bytes, false});
    return Step::kReserved;
  }
  while (used - leaving + bytes > total_bytes_) {
    const Lease* lease = longest_idle_unloaded();
    if (!lease) return Step::kNobodyIdle;
    leaving += lease->bytes;
  }
  return Step::kWait;
}

/// Asks one after the other, beginning with the longest idle one, until one agrees to leave.
MemoryBudget::Lease* MemoryBudget::longest_idle_unloaded() {
  std::vector<Lease*> candidates;
  for (Lease& lease : leases_) {
    if (!lease.leaving) candidates.push_back(&lease);
  }
  std::sort(candidates.begin(), candidates.end(), [](const Lease* a, const Lease* b) {
    return a->tenant->last_used() < b->tenant->last_used();
  });
  for (Lease* lease : candidates) {
    if (!lease->tenant->try_unload()) continue;
    lease->leaving = true;
    return lease;
  }
  return nullptr;
}

void MemoryBudget::release(MemoryTenant& tenant) {
  const std::lock_guard lock(mutex_);
  std::erase_if(leases_, [&](const Lease& lease) { return lease.tenant == &tenant; });
}

}  // namespace bedplate::inference
