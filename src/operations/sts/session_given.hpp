// What a session is given beside its name, whichever operation makes it: session policies and tags.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/sts.hpp"
#include "identity/directory.hpp"
#include "identity/session_token.hpp"

namespace bedplate::operations {

/// Whether a tag's key is among these; keys are compared without regard to case.
bool has_tag_key(const std::vector<std::pair<std::string, std::string>>& tags,
                 std::string_view key);

/// Throws InvalidParameterValue for a key that is there twice.
void add_session_tags(const std::optional<std::vector<api::sts::Tag>>& tags,
                      identity::SessionClaims& claims);

/// An inline policy, and managed ones of `account` or of AWS. Throws ValidationError,
/// MalformedPolicyDocument and PackedPolicyTooLarge.
void add_session_policies(
    const identity::Account& account, const std::optional<std::string>& policy,
    const std::optional<std::vector<api::sts::PolicyDescriptorType>>& policy_arns,
    identity::SessionClaims& claims);

/// In percent of what a token has room for; nothing when the session was given nothing. Throws
/// PackedPolicyTooLarge.
std::optional<std::int32_t> packed_size_percent(const identity::SessionClaims& claims);

}  // namespace bedplate::operations
