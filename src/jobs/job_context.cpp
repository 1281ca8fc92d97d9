#include "jobs/job_context.hpp"

#include <tuple>

#include "jobs/job_rows.hpp"

namespace bedplate::jobs {

void JobContext::on_interrupt(std::function<void()> act) {
  running_->on_interrupt = std::move(act);
  if (interrupted()) running_->on_interrupt();
}

Task<> JobContext::interruption() {
  const auto timer = std::make_shared<Timer>(executor());
  timer->expires_at(Timer::time_point::max());
  on_interrupt([timer] { timer->expires_at(Timer::time_point::min()); });
  while (!interrupted()) {
    std::ignore = co_await timer->async_wait(as_result);
  }
}

Task<> JobContext::save_checkpoint(std::string checkpoint, Effect effect) {
  if (lost()) throw LeaseLost();
  const LeaseId lease{job().id, job().lease};
  auto work = [lease, checkpoint = std::move(checkpoint),
               effect = std::move(effect)](storage::Transaction& transaction) {
    jobs::save_checkpoint(transaction, lease, checkpoint);
    if (effect) effect(transaction);
  };
  co_await store_.write(std::move(work));
}

}  // namespace bedplate::jobs
