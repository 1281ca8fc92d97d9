// The slots of this server's engines that provisioned throughputs have set aside.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/admission.hpp"
#include "async/periodic.hpp"
#include "base/clock.hpp"
#include "inference/bindings.hpp"
#include "storage/store.hpp"

namespace bedplate::operations {

/// Follows the store: what it holds is set aside, what it no longer holds is given back, within a
/// second also when another server or a restored backup changed it. A throughput that does not fit
/// its engine (any more) becomes Failed, one whose slots have become free InService.
class ReservedCapacity {
 public:
  /// `slots_per_model_unit`: how many of an engine's slots a model unit stands for.
  ReservedCapacity(storage::Store& store, const inference::Bindings& bindings, const Clock& clock,
                   std::size_t slots_per_model_unit);
  ~ReservedCapacity();
  ReservedCapacity(const ReservedCapacity&) = delete;
  ReservedCapacity& operator=(const ReservedCapacity&) = delete;

  /// Reads the store, and begins to watch it. `home`: the loop of the watch.
  void start_blocking(Executor home);
  void stop_blocking();

  /// Slots for a throughput that is being made: given back with it, unless it is kept.
  class Hold {
   public:
    Hold(ReservedCapacity& capacity, std::string id) : capacity_(&capacity), id_(std::move(id)) {}
    Hold(Hold&& other) noexcept
        : capacity_(std::exchange(other.capacity_, nullptr)), id_(std::move(other.id_)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (capacity_) capacity_->release(id_);
    }
    /// Its row is in the store.
    void keep() { capacity_ = nullptr; }

   private:
    ReservedCapacity* capacity_;
    std::string id_;
  };
  /// Nothing when the engine has not that many slots left. An engine that takes any number of
  /// requests at once has enough.
  std::optional<Hold> hold(const std::string& id, const inference::ResolvedModel& model,
                           std::int64_t model_units);
  void release(const std::string& id);

  /// Whether its slots are no longer taken by requests of before. False for an unknown one.
  bool is_clear(const std::string& id) const;
  /// Model units that the engine has left; nothing when it takes any number.
  std::optional<std::int64_t> units_left(const inference::ResolvedModel& model) const;

 private:
  struct Held {
    std::shared_ptr<Admission> admission;  ///< nullptr: the engine bounds nothing
    std::int64_t model_units = 0;
    bool is_new = false;  ///< its row was in nothing yet that was read from the store
  };

  bool set_aside(const std::string& id, const inference::ResolvedModel& model,
                 std::int64_t model_units, bool is_new);
  std::string fit(const storage::Resource& row);
  void forget_all_but(const std::vector<storage::Resource>& rows);
  std::vector<storage::Resource> follow(const std::vector<storage::Resource>& rows);
  Task<> look();

  storage::Store& store_;
  const inference::Bindings& bindings_;
  const Clock& clock_;
  const std::size_t slots_per_model_unit_;
  Periodic watching_;
  std::int64_t seen_ = -1;    ///< generation; of the watch
  bool unsettled_ = false;    ///< some are still Creating; of the watch
  mutable std::mutex mutex_;  ///< guards what follows
  std::map<std::string, Held> held_;
};

}  // namespace bedplate::operations
