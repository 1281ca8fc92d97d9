#include "async/admission.hpp"

#include <boost/asio/post.hpp>
#include <tuple>

namespace bedplate {

Admission::Admission(std::size_t slots, std::size_t queue_max)
    : slots_(slots),
      queue_max_(queue_max),
      open_(std::make_shared<Share>(queue_max)),
      batch_(std::make_shared<Share>(kBatchQueueMax)) {
  open_->slots = slots;
}

Task<Admission::Permit> Admission::acquire(std::chrono::milliseconds wait_max, SlotClaim claim) {
  auto self = shared_from_this();
  const Executor executor = co_await boost::asio::this_coro::executor;
  std::shared_ptr<Share> share;
  std::shared_ptr<Waiter> waiter;
  std::shared_ptr<Waiter> displaced;
  {
    const std::lock_guard lock(mutex_);
    share = share_of(claim);
    if (auto slot = find_slot(share)) {
      take(*slot);
      co_return Permit(self, std::move(slot));
    }
    const bool patient = claim.priority == Priority::kBatch;
    const bool hopeless = share->slots == 0 && open_->slots == 0;
    if (hopeless && !patient) co_return Permit();
    waiter = std::make_shared<Waiter>(executor, std::move(claim));
    waiter->ticket = next_ticket_++;
    if (patient) {
      waiter->timer.expires_at(Timer::time_point::max());
    } else {
      waiter->timer.expires_after(wait_max);
    }
    displaced = share->line.join(waiter);
    if (displaced == waiter) co_return Permit();
  }
  if (displaced) wake(Granted(1, displaced));
  std::ignore = co_await waiter->timer.async_wait(as_result);
  const std::lock_guard lock(mutex_);
  if (waiter->granted) co_return Permit(self, std::move(waiter->granted));
  share->line.leave(waiter);
  open_->line.leave(waiter);  // where release() has put it
  co_return Permit();
}

bool Admission::reserve(const std::string& holder, std::size_t slots) {
  Granted granted;
  {
    const std::lock_guard lock(mutex_);
    const auto at = reserved_.find(holder);
    const std::size_t before = at == reserved_.end() ? 0 : at->second->slots;
    if (slots > open_->slots + before) return false;
    std::shared_ptr<Share>& share = reserved_[holder];
    if (!share) share = std::make_shared<Share>(queue_max_);
    open_->slots = open_->slots + before - slots;
    share->slots = slots;
    granted = serve_queues();
  }
  wake(granted);
  return true;
}

void Admission::release(const std::string& holder) {
  Granted granted;
  {
    const std::lock_guard lock(mutex_);
    const auto at = reserved_.find(holder);
    if (at == reserved_.end()) return;
    const std::shared_ptr<Share> share = std::move(at->second);
    reserved_.erase(at);
    open_->slots += std::exchange(share->slots, 0);
    open_->used += std::exchange(share->used, 0);
    share->dissolved = true;
    open_->line.take_over(share->line);
    granted = serve_queues();
  }
  wake(granted);
}

std::shared_ptr<Admission::Share> Admission::share_of(const SlotClaim& claim) const {
  const auto at = reserved_.find(claim.holder);
  if (at != reserved_.end()) return at->second;
  return claim.priority == Priority::kBatch ? batch_ : open_;
}

/// Whose slot the owner of `asking` may have now; nullptr: none. Slots that a reserve() took from
/// requests under way count as used until those have ended.
std::shared_ptr<Admission::Share> Admission::find_slot(const std::shared_ptr<Share>& asking) const {
  if (used_ >= slots_) return nullptr;
  if (asking->has_free()) return asking;
  return open_->has_free() ? open_ : nullptr;
}

void Admission::take(Share& share) {
  ++share.used;
  ++used_;
}

void Admission::grant(Share& from, const std::shared_ptr<Share>& slot_of, Granted& granted) {
  take(*slot_of);
  std::shared_ptr<Waiter> waiter = from.line.take_first(next_ticket_++);
  waiter->granted = slot_of;
  granted.push_back(std::move(waiter));
}

/// Whose first waiter comes before those of all others; nullptr: nobody waits.
Admission::Share* Admission::next_in_turn() {
  Share* first = nullptr;
  const auto consider = [&first](Share& share) {
    if (share.line.empty()) return;
    if (!first || share.line.rank() < first->line.rank()) first = &share;
  };
  consider(*open_);
  consider(*batch_);
  for (const auto& [holder, share] : reserved_) consider(*share);
  return first;
}

Admission::Granted Admission::serve_queues() {
  Granted granted;
  // Holders first: what is set aside for them waits for nobody.
  for (const auto& [holder, share] : reserved_) {
    while (used_ < slots_ && share->has_free() && !share->line.empty()) {
      grant(*share, share, granted);
    }
  }
  while (used_ < slots_ && open_->has_free()) {
    Share* next = next_in_turn();
    if (!next) break;
    grant(*next, open_, granted);
  }
  return granted;
}

void Admission::give_back(std::shared_ptr<Share> share) {
  Granted granted;
  {
    const std::lock_guard lock(mutex_);
    --used_;
    --(share->dissolved ? *open_ : *share).used;
    granted = serve_queues();
  }
  wake(granted);
}

void Admission::wake(const Granted& granted) {
  for (const std::shared_ptr<Waiter>& waiter : granted) {
    boost::asio::post(waiter->timer.get_executor(),
                      [waiter] { waiter->timer.expires_at(Timer::time_point::min()); });
  }
}

bool Admission::is_clear() const {
  const std::lock_guard lock(mutex_);
  return open_->used <= open_->slots;
}

std::size_t Admission::unreserved() const {
  const std::lock_guard lock(mutex_);
  return open_->slots;
}

std::size_t Admission::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t waiting = open_->line.size();
  for (const auto& [holder, share] : reserved_) waiting += share->line.size();
  return waiting;
}

}  // namespace bedplate
