#include "operations/provisioned_throughput/reserved_capacity.hpp"

#include <algorithm>
#include <set>

#include "base/api_error.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {
namespace {

constexpr std::chrono::milliseconds kWatchInterval{1'000};
constexpr std::int64_t kBatch = 1'000;

/// The oldest first: when there is too little for all, the newest lose.
std::vector<storage::Resource> read_all(storage::Transaction& transaction) {
  std::vector<storage::Resource> rows;
  storage::ScanQuery query;
  query.kind = kProvisionedThroughput.kind;
  query.limit = kBatch;
  for (;;) {
    std::vector<storage::Resource> batch = transaction.scan(query);
    const bool last = batch.size() < static_cast<std::size_t>(kBatch);
    std::move(batch.begin(), batch.end(), std::back_inserter(rows));
    if (last) break;
    query.after = rows.back().key;
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.created_ms < b.created_ms; });
  return rows;
}

/// Somebody else's change goes before: the next look sees it.
void write_states(storage::Transaction& transaction, const std::vector<storage::Resource>& rows) {
  for (const storage::Resource& row : rows) {
    const auto present = transaction.get(row.key);
    if (present && present->version == row.version) transaction.update(row, row.version);
  }
}

}  // namespace

ReservedCapacity::ReservedCapacity(storage::Store& store, const inference::Bindings& bindings,
                                   const Clock& clock, std::size_t slots_per_model_unit)
    : store_(store),
      bindings_(bindings),
      clock_(clock),
      slots_per_model_unit_(slots_per_model_unit),
      watching_("looking for changes of provisioned throughput", kWatchInterval) {}

ReservedCapacity::~ReservedCapacity() {
  stop_blocking();
}

void ReservedCapacity::start_blocking(Executor home) {
  seen_ = store_.generation_blocking(kProvisionedGeneration);
  const std::vector<storage::Resource> changed = follow(store_.read_blocking(read_all));
  if (!changed.empty()) {
    store_.write_blocking(
        [&](storage::Transaction& transaction) { write_states(transaction, changed); });
  }
  watching_.start(home, [this] { return look(); });
}

void ReservedCapacity::stop_blocking() {
  watching_.stop_blocking();
}

std::optional<ReservedCapacity::Hold> ReservedCapacity::hold(const std::string& id,
                                                             const inference::ResolvedModel& model,
                                                             std::int64_t model_units) {
  if (!set_aside(id, model, model_units, /*is_new=*/true)) return std::nullopt;
  return Hold(*this, id);
}

bool ReservedCapacity::set_aside(const std::string& id, const inference::ResolvedModel& model,
                                 std::int64_t model_units, bool is_new) {
  if (model.engine == nullptr) return false;
  Held held{model.engine->admission(), model_units, is_new};
  const std::lock_guard lock(mutex_);
  if (held.admission) {
    // Compared first: the product might not fit a number.
    if (model_units > static_cast<std::int64_t>(held.admission->slots())) return false;
    const auto slots = static_cast<std::size_t>(model_units) * slots_per_model_unit_;
    if (!held.admission->reserve(id, slots)) return false;
  }
  held_[id] = std::move(held);
  return true;
}

void ReservedCapacity::release(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto at = held_.find(id);
  if (at == held_.end()) return;
  if (at->second.admission) at->second.admission->release(id);
  held_.erase(at);
}

bool ReservedCapacity::is_clear(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = held_.find(id);
  if (at == held_.end()) return false;
  return !at->second.admission || at->second.admission->is_clear();
}

std::optional<std::int64_t> ReservedCapacity::units_left(
    const inference::ResolvedModel& model) const {
  const auto admission = model.engine ? model.engine->admission() : nullptr;
  if (!admission) return std::nullopt;
  return static_cast<std::int64_t>(admission->unreserved() / slots_per_model_unit_);
}

/// Sets aside what a row says. Returns why that cannot be; empty: it is done.
std::string ReservedCapacity::fit(const storage::Resource& row) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = held_.find(row.key.id); at != held_.end()) {
      at->second.is_new = false;
      return {};
    }
  }
  const ProvisionedFacts facts = read_provisioned(row);
  try {
    const auto model = bindings_.resolve(facts.model_id, row.key.region, inference::BareIds::kAny);
    if (!model.engine) return "No engine serves the model.";
    const bool fits = set_aside(row.key.id, model, facts.model_units, /*is_new=*/false);
    return fits ? "" : "The engine that serves the model has too few slots left.";
  } catch (const ApiError&) {
    return "The model does not exist any more.";
  }
}

void ReservedCapacity::forget_all_but(const std::vector<storage::Resource>& rows) {
  std::set<std::string_view> present;
  for (const storage::Resource& row : rows) present.insert(row.key.id);
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, held] : held_) {
      if (!held.is_new && !present.contains(id)) gone.push_back(id);
    }
  }
  for (const std::string& id : gone) release(id);
}

/// Returns the rows whose status is another one now.
std::vector<storage::Resource> ReservedCapacity::follow(
    const std::vector<storage::Resource>& rows) {
  forget_all_but(rows);
  unsettled_ = false;
  std::vector<storage::Resource> changed;
  for (const storage::Resource& row : rows) {
    const std::string failure = fit(row);
    std::string state = kFailed;
    if (failure.empty()) {
      // Once in service it stays so: what others set aside does not concern it.
      state = row.state == kInService || is_clear(row.key.id) ? kInService : kCreating;
    }
    unsettled_ = unsettled_ || state == kCreating;
    if (state == row.state) continue;
    ProvisionedFacts facts = read_provisioned(row);
    facts.failure = failure.empty() ? std::nullopt : std::optional(failure);
    storage::Resource& change = changed.emplace_back(row);
    change.state = std::move(state);
    change.document = write_provisioned(facts);
    change.updated_ms = to_ms(clock_.now());
  }
  return changed;
}

Task<> ReservedCapacity::look() {
  const std::int64_t generation = co_await store_.generation(kProvisionedGeneration);
  if (generation == seen_ && !unsettled_) co_return;
  const std::vector<storage::Resource> rows = co_await store_.read(read_all);
  std::vector<storage::Resource> changed = follow(rows);
  if (!changed.empty()) {
    auto work = [changed = std::move(changed)](storage::Transaction& transaction) {
      write_states(transaction, changed);
    };
    co_await store_.write(std::move(work));
  }
  seen_ = generation;
}

}  // namespace bedplate::operations
