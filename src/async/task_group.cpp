#include "async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"

namespace bedplate {
namespace {

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& problem) {
    return problem.code() == boost::asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string describe(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& problem) {
    return problem.what();
  } catch (...) {
    return "not a standard exception";
  }
}

}  // namespace

TaskGroup::TaskGroup(std::string name) : state_(std::make_shared<State>()) {
  state_->name = std::move(name);
}

TaskGroup::~TaskGroup() {
  stop();
}

void TaskGroup::spawn(Executor executor, Task<> task) {
  auto entry = std::make_shared<Entry>(executor);
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return;
    id = state_->next_id++;
    state_->entries.emplace(id, entry);
  }
  // The slot must be bound on the executor's own thread, and so must the signal be emitted.
  boost::asio::dispatch(executor, [state = state_, entry, id, task = std::move(task)]() mutable {
    boost::asio::co_spawn(
        entry->executor, std::move(task),
        boost::asio::bind_cancellation_slot(
            entry->cancel.slot(), [state, entry, id](const std::exception_ptr& failure) {
              if (failure && !is_cancellation(failure)) {
                log::error("a task of {} failed: {}", state->name, describe(failure));
              }
              const std::lock_guard lock(state->mutex);
              state->entries.erase(id);
              if (state->entries.empty()) state->empty.notify_all();
            }));
  });
}

void TaskGroup::stop() {
  std::unordered_map<std::uint64_t, std::shared_ptr<Entry>> running;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    running = state_->entries;
  }
  for (auto& [id, entry] : running) {
    boost::asio::post(entry->executor, [entry = entry] {
      entry->cancel.emit(boost::asio::cancellation_type::terminal);
    });
  }
}

bool TaskGroup::wait_blocking(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->empty.wait_for(lock, limit, [this] { return state_->entries.empty(); });
}

std::size_t TaskGroup::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries.size();
}

}  // namespace bedplate
