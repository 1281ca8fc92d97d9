// Whether a caller may assume a role.
#pragma once

#include <string>

#include "api/sts.hpp"
#include "identity/directory.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Throws AccessDenied unless the role's trust policy, and where it must the caller's own policies,
/// allow sts:AssumeRole, and for what the request sets sts:TagSession and sts:SetSourceIdentity.
void require_trust(const Context& context, const identity::Role& role,
                   const api::sts::AssumeRoleRequest& request);

/// As AWS denies it, which says neither why nor whether there is such a role.
ApiError assume_role_denied(const Context& context, const std::string& action,
                            const std::string& role_arn);

}  // namespace bedplate::operations
