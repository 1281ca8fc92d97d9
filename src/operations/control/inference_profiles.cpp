#include "operations/control/inference_profiles.hpp"

#include <fmt/format.h>

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

}  // namespace bedplate::operations
