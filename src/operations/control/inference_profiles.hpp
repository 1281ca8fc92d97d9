// How a system-defined inference profile looks in the control plane's answers.
#pragma once

#include <algorithm>
#include <string>

#include "api/control.hpp"
#include "operations/context.hpp"
#include "operations/control/foundation_models.hpp"

namespace bedplate::operations {

inline constexpr std::string_view kGlobalProfilePrefix = "global.";

/// arn:aws:bedrock:REGION:ACCOUNT:inference-profile/ID
std::string inference_profile_arn(const Context& context, std::string_view profile_id);

/// The ARNs of the profile's models in each region that it routes to.
std::vector<std::string> routed_model_arns(const inference::InferenceProfile& profile,
                                           std::string_view region);

/// True when a client of `region` may use the profile.
bool is_offered_in(const inference::InferenceProfile& profile, std::string_view region);

/// Fills InferenceProfileSummary and GetInferenceProfileResponse, which have the same members.
/// When AWS created a profile is not known here: createdAt and updatedAt are left out.
template <class Profile>
Profile describe_profile(const inference::InferenceProfile& profile, const Context& context) {
  Profile out;
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
