// DeleteInferenceProfile: an application inference profile, by id or ARN.
#include "operations/control/application_profiles.hpp"
#include "operations/control/inference_profiles.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/creation.hpp"

namespace bedplate::operations {

template <>
Task<api::control::DeleteInferenceProfileResponse> handle<op::control::DeleteInferenceProfile>(
    Context& context, api::control::DeleteInferenceProfileRequest request) {
  if (find_system_profile(context, request.inferenceProfileIdentifier) != nullptr) {
    throw errors::validation("A system-defined inference profile cannot be deleted.");
  }
  const auto key = application_profile_key(context, request.inferenceProfileIdentifier);
  if (!key) throw no_such_profile();
  auto work = [key = *key](storage::Transaction& transaction) {
    return erase_resource(transaction, kApplicationInferenceProfile, key);
  };
  const bool erased = co_await context.services.store.write(std::move(work));
  if (!erased) throw no_such_profile();
  co_return api::control::DeleteInferenceProfileResponse();
}

}  // namespace bedplate::operations
