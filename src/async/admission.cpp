#include "async/admission.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <tuple>

namespace bedplate {

Task<Admission::Permit> Admission::acquire(std::chrono::milliseconds wait_max) {
  auto self = shared_from_this();
  const Executor executor = co_await boost::asio::this_coro::executor;
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (free_ > 0) {
      --free_;
      co_return Permit(self);
    }
    if (queue_.size() >= queue_max_) co_return Permit();
    waiter = std::make_shared<Waiter>(executor);
    waiter->timer.expires_after(wait_max);
    queue_.push_back(waiter);
  }
  std::ignore = co_await waiter->timer.async_wait(as_result);
  const std::lock_guard lock(mutex_);
  if (waiter->granted) co_return Permit(self);
  std::erase(queue_, waiter);
  co_return Permit();
}

void Admission::give_back() {
  std::shared_ptr<Waiter> next;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      ++free_;
      return;
    }
    next = std::move(queue_.front());
    queue_.pop_front();
    next->granted = true;
  }
  boost::asio::post(next->timer.get_executor(),
                    [next] { next->timer.expires_at(Timer::time_point::min()); });
}

std::size_t Admission::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace bedplate
