// GetInferenceProfile: a system-defined or an application inference profile, by id or ARN.
#include "operations/control/application_profiles.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

using Response = api::control::GetInferenceProfileResponse;

Response as_response(api::control::InferenceProfileSummary summary) {
  Response out;
  out.inferenceProfileName = std::move(summary.inferenceProfileName);
  out.description = std::move(summary.description);
  out.createdAt = summary.createdAt;
  out.updatedAt = summary.updatedAt;
  out.inferenceProfileArn = std::move(summary.inferenceProfileArn);
  out.models = std::move(summary.models);
  out.inferenceProfileId = std::move(summary.inferenceProfileId);
  out.status = std::move(summary.status);
  out.type = std::move(summary.type);
  return out;
}

}  // namespace

template <>
Task<Response> handle<op::control::GetInferenceProfile>(
    Context& context, api::control::GetInferenceProfileRequest request) {
  const std::string& identifier = request.inferenceProfileIdentifier;
  if (const auto* profile = find_system_profile(context, identifier)) {
    co_return as_response(describe_profile(*profile, context));
  }
  const auto key = application_profile_key(context, identifier);
  if (!key) throw no_such_profile();
  const auto row = co_await find_resource(context, *key);
  if (!row) throw no_such_profile();
  co_return as_response(describe_application_profile(*row));
}

}  // namespace bedplate::operations
