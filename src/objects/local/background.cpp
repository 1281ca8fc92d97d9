#include "objects/local/background.hpp"

namespace bedplate::objects {

Task<> Background::start(std::function<void()> work) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  auto state = std::make_shared<State>(executor);
  state->done.expires_at(Timer::time_point::max());
  const bool accepted = pool_->try_submit([state, executor, work = std::move(work)]() mutable {
    try {
      work();
    } catch (...) {
      state->failure = std::current_exception();
    }
    work = nullptr;
    // The last owner is the loop: after it, the timer must not be touched from here.
    boost::asio::post(executor, [state = std::move(state)] {
      state->finished = true;
      state->done.expires_at(Timer::time_point::min());
    });
  });
  if (!accepted) throw objects_error(ErrorKind::kSlowDown);
  state_ = std::move(state);
}

Task<> Background::settle() {
  if (!state_) co_return;
  const auto state = state_;
  if (!state->finished) std::ignore = co_await state->done.async_wait(as_result);
  if (!state->finished) {
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  state_.reset();
  if (state->failure) std::rethrow_exception(state->failure);
}

}  // namespace bedplate::objects
