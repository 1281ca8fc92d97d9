// Coroutines: one executor type, one task type, one way to await.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bedplate {

/// Where a coroutine runs: one I/O thread's loop. A connection stays on one thread for life, so
/// what belongs to it needs no lock.
using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// `co_await socket.async_x(…, use_task)`: throws boost::system::system_error.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

/// `auto [error, …] = co_await socket.async_x(…, as_result)`: never throws.
inline constexpr auto as_result = boost::asio::as_tuple(use_task);

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace bedplate
