#include "operations/model_access/model_access.hpp"

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "operations/context.hpp"
#include "operations/model_errors.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kOfferKey = "model-offers";

std::shared_ptr<const ModelGrants> read_grants(storage::Transaction& transaction) {
  return std::make_shared<const ModelGrants>(transaction);
}

}  // namespace

const std::string& agreement_id(const inference::CatalogueModel& model) {
  return model.alias_of.empty() ? model.id : model.alias_of;
}

ModelAccess::ModelAccess(storage::Store& store, DefaultAccess otherwise)
    : store_(store),
      otherwise_(otherwise),
      grants_(std::make_shared<const ModelGrants>()),
      watching_("looking for changes of model access", kWatchPeriod) {}

ModelAccess::~ModelAccess() {
  stop_blocking();
}

bool ModelAccess::allows(const std::string& account_id,
                         const inference::CatalogueModel& model) const {
  return grants()->allows(account_id, agreement_id(model), otherwise_);
}

bool ModelAccess::lacks_use_case(const std::string& account_id,
                                 const inference::CatalogueModel& model) const {
  return otherwise_ == DefaultAccess::kClosed && model.id.starts_with("anthropic.") &&
         !grants()->has_use_case(account_id);
}

void ModelAccess::load_blocking() {
  take(store_.read_blocking(read_grants));
}

/// Two readings may end in the other order than they began.
void ModelAccess::take(std::shared_ptr<const ModelGrants> grants) {
  const std::lock_guard lock(taking_);
  if (grants->generation() >= this->grants()->generation()) grants_.set(std::move(grants));
}

Task<> ModelAccess::catch_up() {
  std::string group(kModelAccessGeneration);
  const std::int64_t generation = co_await store_.generation(std::move(group));
  if (generation == grants()->generation()) co_return;
  std::shared_ptr<const ModelGrants> fresh = co_await store_.read(read_grants);
  take(std::move(fresh));
}

Task<> ModelAccess::refresh() {
  try {
    co_await catch_up();
  } catch (const storage::StoreError& problem) {
    log::error("access to models cannot be read: {}", problem.what());
  } catch (const ApiError& problem) {
    log::error("access to models cannot be read: {}", problem.what());
  }
}

void ModelAccess::watch(Executor executor) {
  watching_.start(executor, [this] { return catch_up(); });
}

void ModelAccess::stop_blocking() {
  watching_.stop_blocking();
}

void check_model_access(const Context& context, const inference::CatalogueModel& model) {
  const ModelAccess& access = context.services.model_access;
  const std::string& account = context.principal.account_id;
  if (!access.allows(account, model)) throw no_model_access();
  if (access.lacks_use_case(account, model)) {
    // Recorded.
    throw errors::resource_not_found(
        "Model use case details have not been submitted for this account. Fill out the Anthropic "
        "use case details form before using the model. If you have already filled out the form, "
        "try again in 15 minutes.");
  }
}

const inference::CatalogueModel& find_model(const Context& context, const std::string& model_id) {
  const auto* model = context.services.bindings.catalogue().find(model_id);
  if (model == nullptr) throw errors::validation("The provided model identifier is invalid.");
  return *model;
}

std::string offer_token(const Context& context, const inference::CatalogueModel& model) {
  const std::string key = context.services.credentials.derived_key(kOfferKey);
  const std::string offer = context.principal.account_id + "/" + agreement_id(model);
  return base64_encode(as_view(hmac_sha256(key, offer)));
}

}  // namespace bedplate::operations
