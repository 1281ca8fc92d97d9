#include "async/io_pool.hpp"

#include <pthread.h>

#include "base/log.hpp"

namespace bedplate {
namespace {

thread_local int current_loop = -1;

void run(boost::asio::io_context& context, int index) {
  current_loop = index;
  pthread_setname_np(pthread_self(), fmt::format("io-{}", index).c_str());
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& problem) {
      // A handler that throws is a defect; the other connections of this thread live on.
      log::error("an I/O handler failed: {}", problem.what());
    }
  }
}

}  // namespace

IoPool::IoPool(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) loops_.push_back(std::make_unique<Loop>());
  for (std::size_t i = 0; i < threads; ++i) {
    Loop& loop = *loops_[i];
    loop.thread = std::thread([&context = loop.context, i] { run(context, static_cast<int>(i)); });
  }
}

IoPool::~IoPool() {
  stop();
}

void IoPool::stop() {
  for (auto& loop : loops_) {
    loop->work.reset();
    loop->context.stop();
  }
  for (auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

int IoPool::current() {
  return current_loop;
}

}  // namespace bedplate
