#include "identity/directories.hpp"

#include "base/log.hpp"
#include "identity/directory_reading.hpp"

namespace bedplate::identity {
namespace {

constexpr std::size_t kQueueMax = 4'096;

}  // namespace

Directories::Directories(storage::Store& store, std::string secrets_key)
    : store_(store),
      sealer_(std::move(secrets_key)),
      watching_("looking for changes of IAM's rows", kWatchPeriod),
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
  const auto work = [this, account_id, generation] { refresh_blocking(account_id, generation); };
  try {
    co_await on(pool_, work);
  } catch (const boost::system::system_error&) {
    throw;  // the client is gone
  } catch (const std::exception& problem) {
    log::error("IAM's rows are read later: {}", problem.what());
  }
}

void Directories::watch(Executor executor) {
  watching_.start(executor, [this] { return catch_up(); });
}

/// What was known before stays in force when it fails.
Task<> Directories::catch_up() {
  const auto work = [this] { catch_up_blocking(); };
  co_await on(pool_, work);
}

void Directories::stop_blocking() {
  watching_.stop_blocking();
}

}  // namespace bedplate::identity
