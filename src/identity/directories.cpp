#include "identity/directories.hpp"

#include "base/log.hpp"
#include "identity/directory_reading.hpp"

namespace bedplate::identity {
namespace {

constexpr std::size_t kQueueMax = 4'096;
constexpr std::chrono::seconds kStopMax{5};

// On the pool's thread. What was known before stays in force. Says once that it fails, not every
// second.
template <class Work>
void log_failure(bool& failing, Work work) {
  try {
    work();
    if (failing) log::info("IAM's rows can be read again");
    failing = false;
  } catch (const std::exception& problem) {
    if (!failing) log::error("IAM's rows cannot be read: {}", problem.what());
    failing = true;
  }
}

}  // namespace

Directories::Directories(storage::Store& store, std::string secrets_key)
    : store_(store),
      sealer_(std::move(secrets_key)),
      watching_("identity-watch"),
      pool_("identity", 1, kQueueMax) {}

Directories::~Directories() {
  stop_blocking();
}

void Directories::load_blocking() {
  const std::shared_ptr<const Directory> before = current_.get();
  current_.set(store_.read_blocking([&](storage::Transaction& transaction) {
    return read_directory(transaction, sealer_, *before);
  }));
}

void Directories::refresh_blocking(const std::string& account_id, std::int64_t generation) {
  const std::shared_ptr<const Directory> before = current_.get();
  // Another request's reading may have seen this one's write already.
  if (before->generation() >= generation) return;
  current_.set(store_.read_blocking([&](storage::Transaction& transaction) {
    return read_after_write(transaction, sealer_, *before, account_id, generation);
  }));
}

void Directories::catch_up_blocking() {
  const std::int64_t generation = store_.generation_blocking(std::string(iam::kGeneration));
  if (current_.get()->generation() != generation) load_blocking();
}

Task<> Directories::refresh(std::string account_id, std::int64_t generation) {
  const auto work = [this, account_id, generation] {
    bool failing = false;
    log_failure(failing, [&] { refresh_blocking(account_id, generation); });
  };
  try {
    co_await on(pool_, work);
  } catch (const ApiError& problem) {
    log::error("IAM's rows are read later: {}", problem.what());
  }
}

void Directories::watch(Executor executor) {
  watching_.spawn(executor, keep_watch());
}

Task<> Directories::keep_watch() {
  Timer timer(co_await boost::asio::this_coro::executor);
  const auto failing = std::make_shared<bool>(false);
  while (true) {
    timer.expires_after(kWatchPeriod);
    co_await timer.async_wait(use_task);
    const auto work = [this, failing] { log_failure(*failing, [this] { catch_up_blocking(); }); };
    try {
      co_await on(pool_, work);
    } catch (const ApiError&) {
      // The queue is full of refreshes, each of which reads what there is.
    }
  }
}

void Directories::stop_blocking() {
  watching_.stop();
  watching_.wait_blocking(kStopMax);
}

}  // namespace bedplate::identity
