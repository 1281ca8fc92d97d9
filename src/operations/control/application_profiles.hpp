// Application inference profiles: an account's own name for a model or a system-defined profile,
// under which its use can be counted. They do not change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/control.hpp"
#include "operations/context.hpp"
#include "storage/resource.hpp"

namespace bedplate::operations {

/// "Inference profiles per account", of each region (Service Quotas, L-40EC9882).
inline constexpr std::int64_t kApplicationProfilesMax = 1'000;

/// What a profile's row holds beside its id, name and times.
struct ApplicationProfileFacts {
  std::optional<std::string> description;
  std::string source;                   ///< a model's id, or a system-defined profile's
  std::vector<std::string> model_arns;  ///< in each region that it routes to, when it was made
};

ApplicationProfileFacts read_application_profile(const storage::Resource& row);
std::string write_application_profile(const ApplicationProfileFacts& facts);

/// The source that `copyFrom` names. Throws ValidationException for an ARN that is no model's and
/// no system-defined profile's of the caller's region, and for a model that is not to be had
/// without a profile.
ApplicationProfileFacts copied_from(const Context& context, const std::string& arn);

/// The key of the profile that an id or an ARN names; nothing when it cannot be one.
std::optional<storage::ResourceKey> application_profile_key(const Context& context,
                                                            const std::string& identifier);

/// Fills InferenceProfileSummary and GetInferenceProfileResponse.
api::control::InferenceProfileSummary describe_application_profile(const storage::Resource& row);

}  // namespace bedplate::operations
