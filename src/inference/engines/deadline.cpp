#include "inference/engines/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <tuple>

namespace bedplate::inference {
namespace {

/// How late a deadline may be noticed that was moved nearer after the watch had gone to sleep.
constexpr std::chrono::milliseconds kLookInterval{1'000};

Task<> watch(const Deadline& deadline, bool& expired) {
  Timer timer(co_await boost::asio::this_coro::executor);
  while (SteadyClock::now() < deadline.at()) {
    timer.expires_at(std::min(deadline.at(), SteadyClock::now() + kLookInterval));
    auto [error] = co_await timer.async_wait(as_result);
    if (error) co_return;
  }
  expired = true;
}

}  // namespace

Task<bool> run_until(const Deadline& deadline, Task<> work) {
  namespace asio = boost::asio;
  const Executor executor = co_await asio::this_coro::executor;
  bool expired = false;
  auto both = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(work), asio::deferred),
      asio::co_spawn(executor, watch(deadline, expired), asio::deferred));
  auto [order, failure, watch_failure] =
      co_await both.async_wait(asio::experimental::wait_for_one(), use_task);
  std::ignore = order;
  std::ignore = watch_failure;  // it is cancelled whenever the work ends first
  if (!failure) co_return true;
  if (expired) co_return false;
  std::rethrow_exception(failure);
}

}  // namespace bedplate::inference
