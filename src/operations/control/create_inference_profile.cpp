// CreateInferenceProfile: an application inference profile.
#include "operations/control/application_profiles.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"
#include "operations/resources/tag_rules.hpp"

namespace bedplate::operations {

template <>
Task<api::control::CreateInferenceProfileResponse> handle<op::control::CreateInferenceProfile>(
    Context& context, api::control::CreateInferenceProfileRequest request) {
  if (!request.modelSource.copyFrom) {
    throw errors::validation("copyFrom must be a valid inference profile model source ARN.");
  }
  ApplicationProfileFacts facts = copied_from(context, *request.modelSource.copyFrom);
  facts.description = request.description;
  NewResource profile{
      kApplicationInferenceProfile,
      new_row(kApplicationInferenceProfile, context.principal, request.inferenceProfileName),
      read_tags(request.tags),
      client_request<op::control::CreateInferenceProfile>(request),
      kApplicationProfilesMax,
      {}};
  profile.row.document = write_application_profile(facts);
  storage::ResourceKey key = profile.row.key;
  Created created = co_await create_resource(context, std::move(profile));
  key.id = std::move(created.id);
  api::control::CreateInferenceProfileResponse response;
  response.inferenceProfileArn = arn_of(kApplicationInferenceProfile, key);
  response.status = "ACTIVE";
  co_return response;
}

}  // namespace bedplate::operations
