#include "async/periodic.hpp"

#include "base/log.hpp"

namespace bedplate {
namespace {

constexpr std::chrono::seconds kStopMax{5};

}  // namespace

Periodic::Periodic(std::string name, std::chrono::milliseconds period)
    : name_(std::move(name)), period_(period), tasks_(name_) {}

Periodic::~Periodic() {
  stop_blocking();
}

void Periodic::start(Executor executor, Work work) {
  tasks_.spawn(executor, run(name_, period_, std::move(work)));
}

void Periodic::stop_blocking() {
  tasks_.stop();
  tasks_.wait_blocking(kStopMax);
}

Task<> Periodic::run(std::string name, std::chrono::milliseconds period, Work work) {
  Timer timer(co_await boost::asio::this_coro::executor);
  bool failing = false;
  for (;;) {
    timer.expires_after(period);
    co_await timer.async_wait(use_task);
    std::string failure;
    try {
      co_await work();
    } catch (const boost::system::system_error& problem) {
      if (problem.code() == boost::asio::error::operation_aborted) throw;  // stopped
      failure = problem.what();
    } catch (const std::exception& problem) {
      failure = problem.what();
    }
    if (!failure.empty() && !failing) log::error("{}: {}", name, failure);
    if (failure.empty() && failing) log::info("{}: goes well again", name);
    failing = !failure.empty();
  }
}

}  // namespace bedplate
