// The current directory, kept up with the store.
#pragma once

#include <chrono>

#include "async/blocking_pool.hpp"
#include "async/periodic.hpp"
#include "identity/directory.hpp"
#include "identity/secret_sealer.hpp"
#include "storage/store.hpp"

namespace bedplate::identity {

/// Reads the rows at start, after each write of this process (refresh()), and when the store's
/// generation says that somebody else wrote: another server, or a command beside this one. Safe
/// from every thread.
class Directories {
 public:
  /// How soon another process's change is noticed.
  static constexpr std::chrono::seconds kWatchPeriod{1};

  /// `store` outlives it. `secrets_key`: CredentialStore::derived_key("secrets").
  Directories(storage::Store& store, std::string secrets_key);
  ~Directories();

  const CurrentDirectory& current() const { return current_; }
  std::shared_ptr<const Directory> get() const { return current_.get(); }
  const SecretSealer& sealer() const { return sealer_; }

  /// Reads everything. Throws storage::StoreError.
  void load_blocking();

  /// Call it after a write to an account's rows: when it returns, requests see the change. What
  /// fails here is logged and made up for within kWatchPeriod.
  /// @param generation  what Transaction::touch() made of iam::kGeneration in that write
  Task<> refresh(std::string account_id, std::int64_t generation);

  /// Looks for changes of others from now on, until stop_blocking().
  void watch(Executor executor);
  void stop_blocking();

 private:
  void refresh_blocking(const std::string& account_id, std::int64_t generation);
  void catch_up_blocking();
  Task<> catch_up();

  storage::Store& store_;
  SecretSealer sealer_;
  CurrentDirectory current_;
  Periodic watching_;
  /// One thread: readings do not overtake each other.
  BlockingPool pool_;
};

}  // namespace bedplate::identity
