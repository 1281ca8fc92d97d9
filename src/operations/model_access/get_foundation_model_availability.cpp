// GetFoundationModelAvailability: whether the caller's account can use a model in its region.
#include "operations/handlers.hpp"
#include "operations/model_access/model_access.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetFoundationModelAvailabilityResponse>
handle<op::control::GetFoundationModelAvailability>(
    Context& context, api::control::GetFoundationModelAvailabilityRequest request) {
  using namespace api::control;
  const inference::CatalogueModel& model = find_model(context, request.modelId);
  const ModelAccess& access = context.services.model_access;
  const std::string& account = context.principal.account_id;
  const bool allowed = access.allows(account, model);
  const bool authorized = !access.lacks_use_case(account, model);
  const bool served = context.services.bindings.serves(model, context.principal.region,
                                                       inference::BareIds::kProfiled);

  GetFoundationModelAvailabilityResponse response;
  response.modelId = request.modelId;
  response.agreementAvailability.status =
      allowed ? AgreementStatus::AVAILABLE : AgreementStatus::NOT_AVAILABLE;
  response.authorizationStatus =
      authorized ? AuthorizationStatus::AUTHORIZED : AuthorizationStatus::NOT_AUTHORIZED;
  response.entitlementAvailability =
      allowed ? EntitlementAvailability::AVAILABLE : EntitlementAvailability::NOT_AVAILABLE;
  response.regionAvailability =
      served ? RegionAvailability::AVAILABLE : RegionAvailability::NOT_AVAILABLE;
  co_return response;
}

}  // namespace bedplate::operations
