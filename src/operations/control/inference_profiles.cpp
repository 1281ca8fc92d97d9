#include "operations/control/inference_profiles.hpp"

#include <fmt/format.h>

#include "base/arn.hpp"

namespace bedplate::operations {

std::string inference_profile_arn(const Context& context, std::string_view profile_id) {
  return fmt::format("arn:aws:bedrock:{}:{}:inference-profile/{}", context.principal.region,
                     context.principal.account_id, profile_id);
}

std::vector<std::string> routed_model_arns(const inference::InferenceProfile& profile,
                                           std::string_view region) {
  std::vector<std::string> arns;
  for (const std::string& model : profile.model_ids) {
    if (profile.id.starts_with(kGlobalProfilePrefix)) {
      // A global profile may go anywhere: its second ARN names no region.
      arns.push_back(foundation_model_arn(region, model));
      arns.push_back(foundation_model_arn("", model));
      continue;
    }
    for (const std::string& destination : profile.destinations(region)) {
      arns.push_back(foundation_model_arn(destination, model));
    }
  }
  return arns;
}

bool is_offered_in(const inference::InferenceProfile& profile, std::string_view region) {
  const auto& sources = profile.source_regions;
  return sources.empty() || std::find(sources.begin(), sources.end(), region) != sources.end();
}

const inference::InferenceProfile* find_system_profile(const Context& context,
                                                       std::string_view identifier) {
  std::string id(identifier);
  if (const auto arn = parse_arn(identifier)) {
    id = arn->resource_type() == "inference-profile" ? std::string(arn->resource_id()) : "";
  }
  const auto* profile = context.services.bindings.catalogue().find_profile(id);
  const bool offered = profile != nullptr && is_offered_in(*profile, context.principal.region);
  return offered ? profile : nullptr;
}

ApiError no_such_profile() {
  return errors::resource_not_found("The provided inference profile identifier was not found.");
}

api::control::InferenceProfileSummary describe_profile(const inference::InferenceProfile& profile,
                                                       const Context& context) {
  api::control::InferenceProfileSummary out;
  out.inferenceProfileName = profile.name;
  out.description = profile.description;
  out.inferenceProfileArn = inference_profile_arn(context, profile.id);
  for (std::string& arn : routed_model_arns(profile, context.principal.region)) {
    out.models.emplace_back().modelArn = std::move(arn);
  }
  out.inferenceProfileId = profile.id;
  out.status = "ACTIVE";
  out.type = "SYSTEM_DEFINED";
  return out;
}

}  // namespace bedplate::operations
