// Threads for work that blocks: `auto answer = co_await on(pool, [...] { return work_blocking();
// })`.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <vector>

#include "async/task.hpp"
#include "base/api_error.hpp"

namespace bedplate {

/// A named, bounded pool. Work beyond the queue's bound is refused, never kept waiting unseen.
class BlockingPool {
 public:
  BlockingPool(std::string name, std::size_t threads, std::size_t queue_max);
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// False when the queue is full or the pool is stopping.
  bool try_submit(std::function<void()> work);

 private:
  void run();

  std::string name_;
  std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Runs `function` on the pool and continues on the awaiting coroutine's own thread. An exception
/// of `function` is rethrown here; a full pool is ServiceUnavailableException.
template <class Function>
Task<std::invoke_result_t<Function>> on(BlockingPool& pool, Function function) {
  using Result = std::invoke_result_t<Function>;
  struct State {
    explicit State(Executor executor) : done(executor) {}
    Timer done;
    bool finished = false;
    std::exception_ptr failure;
    std::conditional_t<std::is_void_v<Result>, bool, std::optional<Result>> result{};
  };
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  state->done.expires_at(Timer::time_point::max());
  const bool accepted =
      pool.try_submit([state, executor, function = std::move(function)]() mutable {
        try {
          if constexpr (std::is_void_v<Result>) {
            function();
          } else {
            state->result.emplace(function());
          }
        } catch (...) {
          state->failure = std::current_exception();
        }
        // The last owner is the loop: after it, the timer must not be touched from here.
        boost::asio::post(executor, [state = std::move(state)] {
          state->finished = true;
          state->done.expires_at(Timer::time_point::min());
        });
      });
  if (!accepted) throw errors::service_unavailable("The server is busy. Try again.");
  std::ignore = co_await state->done.async_wait(as_result);
  // Cancelled: the work goes on and its result is dropped.
  if (!state->finished) throw boost::system::system_error(boost::asio::error::operation_aborted);
  if (state->failure) std::rethrow_exception(state->failure);
  if constexpr (!std::is_void_v<Result>) co_return std::move(*state->result);
}

}  // namespace bedplate
