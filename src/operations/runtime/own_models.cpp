#include "operations/runtime/own_models.hpp"

#include "base/api_error.hpp"
#include "base/arn.hpp"
#include "operations/control/application_profiles.hpp"
#include "operations/provisioned_throughput/provisioned_model.hpp"
#include "operations/resources/lookup.hpp"
#include "operations/resources/resource_kinds.hpp"

namespace bedplate::operations {
namespace {

/// Recorded for identifiers that are well formed and name nothing (several public reports).
ApiError unresolved() {
  ApiError error = errors::resource_not_found(
      "Could not resolve the foundation model from the provided model identifier.");
  error.code = kCodeModelNotFound;
  return error;
}

}  // namespace

bool names_own_model(std::string_view model_identifier) {
  if (!model_identifier.starts_with("arn:")) return false;
  const auto arn = parse_arn(model_identifier);
  if (!arn || arn->service != "bedrock") return false;
  const std::string_view type = arn->resource_type();
  return type == kApplicationInferenceProfile.arn_type || type == kProvisionedThroughput.arn_type;
}

Task<inference::ResolvedModel> resolve_own_model(Context& context, std::string arn) {
  const auto named = named_resource(arn, context.principal);
  if (!named) throw unresolved();
  const auto row = co_await find_resource(context, named->key);
  if (!row) throw unresolved();
  const inference::Bindings& bindings = context.services.bindings;
  inference::ResolvedModel resolved;
  if (named->kind == &kProvisionedThroughput) {
    refuse_unless_in_service(context, *row);
    const ProvisionedFacts facts = read_provisioned(*row);
    resolved = bindings.resolve(facts.model_id, row->key.region, inference::BareIds::kAny);
    resolved.claim.holder = row->key.id;
  } else {
    resolved = bindings.resolve(read_application_profile(*row).source, row->key.region);
  }
  resolved.called_as = std::move(arn);
  co_return resolved;
}

}  // namespace bedplate::operations
