// How a system-defined inference profile looks in the control plane's answers.
#pragma once

#include <algorithm>
#include <string>

#include "api/control.hpp"
#include "base/api_error.hpp"
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

/// The profile that an id or an ARN names, when the caller's region offers it.
const inference::InferenceProfile* find_system_profile(const Context& context,
                                                       std::string_view identifier);

/// ResourceNotFoundException.
ApiError no_such_profile();

/// When AWS created a profile is not known here: createdAt and updatedAt are left out.
api::control::InferenceProfileSummary describe_profile(const inference::InferenceProfile& profile,
                                                       const Context& context);

}  // namespace bedplate::operations
