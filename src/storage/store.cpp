#include "storage/store.hpp"

#include <algorithm>

#include "storage/backend.hpp"
#include "storage/backup_file.hpp"
#include "storage/portable_copy.hpp"

namespace bedplate::storage {

Store::Store(std::unique_ptr<Backend> backend, StoreLimits limits)
    : backend_(std::move(backend)),
      read_pool_(std::make_unique<BlockingPool>("store-read", limits.readers, limits.queue_max)),
      write_pool_(
          std::make_unique<BlockingPool>("store-write", backend_->writers(), limits.queue_max)) {}

Store::~Store() = default;

/// Tells the observer at its end.
class Store::Timed {
 public:
  Timed(const Store& store, bool write) : observer_(store.observer_.get()), write_(write) {}
  ~Timed() {
    if (observer_ != nullptr && *observer_) {
      (*observer_)(write_, std::chrono::steady_clock::now() - begun_);
    }
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  std::shared_ptr<const Observer> observer_;
  bool write_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

void Store::observe(Observer observer) {
  observer_.set(std::make_shared<const Observer>(std::move(observer)));
}

void Store::run_read_blocking(const Work& work) {
  const Timed timed(*this, false);
  backend_->run_blocking(sql::Mode::kRead, [&](sql::Connection& connection) {
    Transaction transaction(connection);
    work(transaction);
  });
}

void Store::run_write_blocking(const Work& work) {
  const Timed timed(*this, true);
  std::map<std::string, std::int64_t, std::less<>> touched;
  backend_->run_blocking(sql::Mode::kWrite, [&](sql::Connection& connection) {
    Transaction transaction(connection);
    work(transaction);
    touched = transaction.touched();
  });
  for (const auto& [group, value] : touched) learn_generation(group, value);
}

void Store::learn_generation(std::string_view group, std::int64_t value) {
  const std::lock_guard lock(mutex_);
  const auto found = generations_.find(group);
  if (found == generations_.end()) {
    generations_.emplace(group, value);
  } else {
    found->second = std::max(found->second, value);
  }
}

std::int64_t Store::generation_blocking(const std::string& group) {
  const std::int64_t value =
      read_blocking([&](Transaction& transaction) { return transaction.generation(group); });
  learn_generation(group, value);
  return value;
}

Task<std::int64_t> Store::generation(std::string group) {
  return on(*read_pool_, [this, group = std::move(group)] { return generation_blocking(group); });
}

std::int64_t Store::known_generation(std::string_view group) const {
  const std::lock_guard lock(mutex_);
  const auto found = generations_.find(group);
  return found == generations_.end() ? 0 : found->second;
}

void Store::backup_blocking(const std::filesystem::path& file, bool overwrite) {
  BackupFile target(file, overwrite);
  backend_->write_snapshot_blocking(target.temporary());
  target.publish();
}

void Store::restore_blocking(const std::filesystem::path& file) {
  const auto source = open_backup_blocking(file);
  backend_->run_blocking(sql::Mode::kWrite,
                         [&](sql::Connection& target) { replace_contents(*source, target); });
}

void Store::check_blocking() {
  backend_->check_blocking();
}

std::string Store::description() const {
  return backend_->description();
}

}  // namespace bedplate::storage
