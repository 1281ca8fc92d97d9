// ListFoundationModels: the whole catalogue in one answer; AWS does not page it either.
#include <algorithm>

#include "operations/control/foundation_models.hpp"
#include "operations/handlers.hpp"
#include "wire/http.hpp"

namespace bedplate::operations {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool matches(const inference::CatalogueModel& model,
             const api::control::ListFoundationModelsRequest& request) {
  if (!model.alias_of.empty()) return false;
  if (request.byProvider && !wire::equal_ignoring_case(*request.byProvider, model.provider)) {
    return false;
  }
  if (request.byCustomizationType &&
      !contains(model.customizations, *request.byCustomizationType)) {
    return false;
  }
  if (request.byOutputModality && !model.outputs(*request.byOutputModality)) return false;
  return !request.byInferenceType || model.has_inference_type(*request.byInferenceType);
}

}  // namespace

template <>
Task<api::control::ListFoundationModelsResponse> handle<op::control::ListFoundationModels>(
    Context& context, api::control::ListFoundationModelsRequest request) {
  api::control::ListFoundationModelsResponse response;
  auto& summaries = response.modelSummaries.emplace();
  for (const auto& model : context.services.bindings.catalogue().models()) {
    if (!matches(model, request)) continue;
    summaries.push_back(
        describe_model<api::control::FoundationModelSummary>(model, context.principal.region));
  }
  co_return response;
}

}  // namespace bedplate::operations
