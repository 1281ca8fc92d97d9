// A counting semaphore for coroutines on any thread, with bounded queues in which accounts take
// turns. Some of its slots can be set aside for holders whom nobody else may keep waiting.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "async/slot_claim.hpp"
#include "async/task.hpp"
#include "async/waiting_line.hpp"

namespace bedplate {

/// Hands out at most `slots` permits; callers beyond that queue up, at most `queue_max` of them,
/// and as many for each holder. WaitingLine says who of them is next, and who has to go when there
/// are too many.
class Admission : public std::enable_shared_from_this<Admission> {
 private:
  struct Share;

 public:
  Admission(std::size_t slots, std::size_t queue_max);

  /// Returned when destroyed.
  class Permit {
   public:
    Permit() = default;
    Permit(std::shared_ptr<Admission> from, std::shared_ptr<Share> share)
        : from_(std::move(from)), share_(std::move(share)) {}
    Permit(Permit&& other) noexcept = default;
    Permit& operator=(Permit&& other) noexcept {
      if (this != &other) {
        release();
        from_ = std::move(other.from_);
        share_ = std::move(other.share_);
      }
      return *this;
    }
    ~Permit() { release(); }
    explicit operator bool() const { return from_ != nullptr; }
    void release() {
      if (from_) std::exchange(from_, nullptr)->give_back(std::move(share_));
    }

   private:
    std::shared_ptr<Admission> from_;
    std::shared_ptr<Share> share_;
  };

  /// How many of Priority::kBatch may wait for slots that are set aside for nobody: in a line of
  /// their own, which takes no place from interactive ones.
  static constexpr std::size_t kBatchQueueMax = 4'096;

  /// An empty permit when there is no place in the queue, or no longer, `wait_max` passed, or every
  /// slot is set aside for others. Priority::kBatch waits without end, and for that, too. A holder
  /// for whom slots are set aside gets one of those first, and one of the others, in turn with
  /// everybody, when its own are taken. Cancelling the awaiting task leaves the queue.
  Task<Permit> acquire(std::chrono::milliseconds wait_max, SlotClaim claim = {});

  /// Sets slots aside for `holder`, in place of those it had. False, and nothing has changed, when
  /// fewer are left. Slots in use move as they become free: see is_clear().
  bool reserve(const std::string& holder, std::size_t slots);
  /// What was set aside is for everybody again. Permits given out stay valid.
  void release(const std::string& holder);

  /// Whether the slots set aside are no longer taken by what was under way before.
  bool is_clear() const;
  std::size_t slots() const { return slots_; }
  std::size_t unreserved() const;
  std::size_t waiting() const;  ///< without those of kBatchQueueMax

 private:
  struct Waiter {
    Waiter(Executor executor, SlotClaim claim) : timer(executor), claim(std::move(claim)) {}
    Timer timer;
    const SlotClaim claim;
    std::uint64_t ticket = 0;
    std::shared_ptr<Share> granted;  ///< out of whose slots
  };
  /// The slots of a holder, or those that are nobody's in particular.
  struct Share {
    explicit Share(std::size_t queue_max) : line(queue_max) {}
    std::size_t slots = 0;
    std::size_t used = 0;  ///< may exceed `slots` until permits of before a reserve() come back
    bool dissolved = false;
    WaitingLine<Waiter> line;

    bool has_free() const { return used < slots; }
  };
  using Granted = std::vector<std::shared_ptr<Waiter>>;

  std::shared_ptr<Share> share_of(const SlotClaim& claim) const;
  std::shared_ptr<Share> find_slot(const std::shared_ptr<Share>& asking) const;
  void take(Share& share);
  void grant(Share& from, const std::shared_ptr<Share>& slot_of, Granted& granted);
  Share* next_in_turn();
  Granted serve_queues();
  void give_back(std::shared_ptr<Share> share);
  static void wake(const Granted& granted);

  const std::size_t slots_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::size_t used_ = 0;
  std::uint64_t next_ticket_ = 0;
  const std::shared_ptr<Share> open_;   ///< for everybody
  const std::shared_ptr<Share> batch_;  ///< has a line only: its slots are open_'s
  std::map<std::string, std::shared_ptr<Share>> reserved_;
};

}  // namespace bedplate
