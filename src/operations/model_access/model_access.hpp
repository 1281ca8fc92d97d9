// Whether an account may use a model, asked on the way of every model call: answered from memory.
// docs/model-access.md.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "async/periodic.hpp"
#include "base/published.hpp"
#include "inference/model_catalogue.hpp"
#include "operations/model_access/model_grants.hpp"
#include "storage/store.hpp"

namespace bedplate::operations {

struct Context;

/// Keeps the grants in memory, as the store has them: read at start, after each write of this
/// server (refresh()), and when another one has written. Safe from every thread.
class ModelAccess {
 public:
  /// How soon another server's change is noticed.
  static constexpr std::chrono::seconds kWatchPeriod{1};

  /// `store` outlives it.
  ModelAccess(storage::Store& store, DefaultAccess otherwise);
  ~ModelAccess();

  DefaultAccess otherwise() const { return otherwise_; }
  bool allows(const std::string& account_id, const inference::CatalogueModel& model) const;
  /// Anthropic's models want the use-case form, where access is closed by default.
  bool lacks_use_case(const std::string& account_id, const inference::CatalogueModel& model) const;

  void load_blocking();
  /// Call it after a write: when it returns, requests see the change. A failure is logged, and made
  /// up for within kWatchPeriod.
  Task<> refresh();
  void watch(Executor executor);  ///< until stop_blocking()
  void stop_blocking();

 private:
  std::shared_ptr<const ModelGrants> grants() const { return grants_.get(); }
  void take(std::shared_ptr<const ModelGrants> grants);
  Task<> catch_up();

  storage::Store& store_;
  DefaultAccess otherwise_;
  Published<ModelGrants> grants_;
  std::mutex taking_;
  Periodic watching_;
};

/// The id that agreements are made for: a spelling's own model.
const std::string& agreement_id(const inference::CatalogueModel& model);

/// Throws AWS's error when the caller has no access to a model.
void check_model_access(const Context& context, const inference::CatalogueModel& model);

/// The model of a request about access. Throws ValidationException.
const inference::CatalogueModel& find_model(const Context& context, const std::string& model_id);

/// What proves that a model was offered to an account.
std::string offer_token(const Context& context, const inference::CatalogueModel& model);

}  // namespace bedplate::operations
