// GetFoundationModel: one entry of the catalogue, by id or ARN.
#include "base/arn.hpp"
#include "operations/control/foundation_models.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {

template <>
Task<api::control::GetFoundationModelResponse> handle<op::control::GetFoundationModel>(
    Context& context, api::control::GetFoundationModelRequest request) {
  std::string id = request.modelIdentifier;
  if (const auto arn = parse_arn(id)) {
    id = arn->resource_type() == "foundation-model" ? std::string(arn->resource_id()) : "";
  }
  const inference::CatalogueModel* model = context.services.bindings.catalogue().find(id);
  if (model == nullptr) throw errors::validation("The provided model identifier is invalid.");
  api::control::GetFoundationModelResponse response;
  response.modelDetails =
      describe_model<api::control::FoundationModelDetails>(*model, context.principal.region);
  co_return response;
}

}  // namespace bedplate::operations
