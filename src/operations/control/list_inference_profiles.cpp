// ListInferenceProfiles: the system-defined ones that the request's region offers, in pages.
#include "operations/control/inference_profiles.hpp"
#include "operations/handlers.hpp"
#include "operations/page.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kPageDefault = 1000;  // the model's own maximum

}  // namespace

template <>
Task<api::control::ListInferenceProfilesResponse> handle<op::control::ListInferenceProfiles>(
    Context& context, api::control::ListInferenceProfilesRequest request) {
  api::control::ListInferenceProfilesResponse response;
  auto& summaries = response.inferenceProfileSummaries.emplace();
  // Application profiles are not built yet, so there are none to list.
  if (request.typeEquals && *request.typeEquals != "SYSTEM_DEFINED") co_return response;

  const std::size_t page_max =
      request.maxResults ? static_cast<std::size_t>(*request.maxResults) : kPageDefault;
  const std::string after = request.nextToken ? read_page_token(*request.nextToken) : "";
  for (const auto& profile : context.services.bindings.catalogue().profiles()) {
    if (profile.id <= after || !is_offered_in(profile, context.principal.region)) continue;
    if (summaries.size() == page_max) {
      response.nextToken = page_token(summaries.back().inferenceProfileId);
      break;
    }
    summaries.push_back(describe_profile<api::control::InferenceProfileSummary>(profile, context));
  }
  co_return response;
}

}  // namespace bedplate::operations
