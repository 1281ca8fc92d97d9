// From the threads that answer requests to the audit log: a bounded queue, and one thread that
// writes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "observe/audit_log.hpp"

namespace bedplate::observe {

/// What the key that seals the log is derived for (CredentialStore::derived_key).
inline constexpr std::string_view kAuditKeyPurpose = "audit";

struct AuditOptions {
  bool enabled = true;
  AuditLogOptions log;
  /// Each answer ends only when its event is on the disk.
  bool sync = false;
  /// How often the disk is made to keep what was written, without `sync`; and how soon a write that
  /// failed is tried again.
  std::chrono::milliseconds sync_interval{1000};
  /// While the log cannot be written requests are refused, instead of going on unrecorded.
  bool refuse_on_failure = false;
  std::size_t queue_max = 16'384;  ///< events
};

/// Whose log it is, for the events that are nobody's request.
struct AuditOrigin {
  std::string account_id;
  std::string region;
};

/// Safe from every thread. `clock` outlives it.
class AuditTrail {
 public:
  /// Opens the log (AuditLog's constructor) and starts the thread. `key` seals the lines.
  AuditTrail(const AuditOptions& options, std::string key, AuditOrigin origin, const Clock& clock);
  /// Writes what waits, as far as the disk takes it.
  ~AuditTrail();
  AuditTrail(const AuditTrail&) = delete;
  AuditTrail& operator=(const AuditTrail&) = delete;

  /// Hands an event (one JSON object) over. Never waits: beyond the queue's bound the event is
  /// counted as lost. The result is for until_written().
  std::uint64_t record(std::string event);

  /// With `sync`, returns once that event is on the disk or the disk refuses it; else at once.
  Task<> until_written(std::uint64_t ticket);

  /// True while requests are to be refused.
  bool refuses() const { return options_.refuse_on_failure && failing_.load(); }

  std::uint64_t lost() const { return lost_.load(); }
  /// Events that wait for the disk.
  std::size_t waiting() const;
  const AuditOrigin& origin() const { return origin_; }
  const Clock& clock() const { return clock_; }

 private:
  struct Waiter {
    std::uint64_t ticket;
    std::function<void()> wake;
  };
  bool take_blocking(SteadyClock::time_point turn);
  void run_blocking();
  void write_blocking();
  void keep_blocking();
  void wake_waiters();
  std::string own_event(std::string_view name, std::string_view details) const;
  void note_own_events();

  const AuditOptions options_;
  const AuditOrigin origin_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> queue_;
  std::vector<Waiter> waiters_;
  std::uint64_t recorded_ = 0;  ///< events that were ever queued
  std::uint64_t kept_ = 0;      ///< events that are on the disk
  bool stopping_ = false;
  std::atomic<bool> failing_ = false;
  std::atomic<std::uint64_t> lost_ = 0;

  // The writing thread's own.
  AuditLog log_;
  std::vector<std::string> batch_;      ///< taken, not yet written
  std::vector<std::string> own_batch_;  ///< the log's own events, not yet written
  std::uint64_t written_ = 0;
  std::uint64_t lost_told_ = 0;
  bool unsynced_ = false;
  std::thread thread_;
};

}  // namespace bedplate::observe
