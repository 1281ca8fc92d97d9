#include "wire/connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"

namespace bedplate::wire {
namespace {

constexpr std::size_t kLingerBytesMax = 32 * 1024 * 1024;
constexpr std::size_t kLingerBufferBytes = 16 * 1024;

}  // namespace

Task<> linger(Transport& transport) {
  transport.end_writing();
  std::unique_ptr<char[]> waste(new char[kLingerBufferBytes]);
  int reads = 0;
  for (std::size_t total = 0; total < kLingerBytesMax;) {
    ErrorCode error;
    const std::size_t count =
        transport.try_read(boost::asio::buffer(waste.get(), kLingerBufferBytes), error);
    total += count;
    if (count > 0) {
      if (++reads % kReadsInARowMax == 0) co_await boost::asio::post(use_task);
      continue;
    }
    if (error != boost::asio::error::would_block) break;
    co_await transport.wait_readable();
  }
}

ApiError too_many_bodies() {
  return errors::service_unavailable("The server holds too many request bodies. Try again.");
}

Task<std::exception_ptr> run_handler(std::shared_ptr<Service> service, Request request,
                                     ResponseWriter& writer,
                                     boost::asio::cancellation_signal& cancel) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  service->requests_in_flight.fetch_add(1, std::memory_order_relaxed);
  std::exception_ptr failure;
  try {
    // A coroutine of its own, because only that has a cancellation slot of its own.
    Task<> work = service->handler(std::move(request), writer);
    auto [ended_with] = co_await boost::asio::co_spawn(
        executor, std::move(work), boost::asio::bind_cancellation_slot(cancel.slot(), as_result));
    failure = ended_with;
  } catch (...) {
    failure = std::current_exception();
  }
  service->requests_in_flight.fetch_sub(1, std::memory_order_relaxed);
  co_return failure;
}

void log_handler_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& problem) {
    log::debug("a connection ended while it was answered: {}", problem.what());
  } catch (const std::exception& problem) {
    log::error("a handler failed: {}", problem.what());
  } catch (...) {
    log::error("a handler failed");
  }
}

}  // namespace bedplate::wire
