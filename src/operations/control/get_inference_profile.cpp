// GetInferenceProfile: a system-defined profile, by id or ARN.
#include "base/arn.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetInferenceProfileResponse> handle<op::control::GetInferenceProfile>(
    Context& context, api::control::GetInferenceProfileRequest request) {
  std::string id = request.inferenceProfileIdentifier;
  if (const auto arn = parse_arn(id)) {
    id = arn->resource_type() == "inference-profile" ? std::string(arn->resource_id()) : "";
  }
  const auto* profile = context.services.bindings.catalogue().find_profile(id);
  if (profile == nullptr || !is_offered_in(*profile, context.principal.region)) {
    throw errors::resource_not_found("The provided inference profile identifier was not found.");
  }
  co_return describe_profile<api::control::GetInferenceProfileResponse>(*profile, context);
}

}  // namespace bedplate::operations
