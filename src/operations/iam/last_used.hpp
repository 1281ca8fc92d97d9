// The last uses of keys and roles, as replies show them.
#pragma once

#include "api/iam.hpp"
#include "operations/context.hpp"

namespace bedplate::operations::iam {

/// Of a role: empty when it was never used, as IAM's is.
Task<api::iam::RoleLastUsed> role_last_used(const Context& context, std::string account_id,
                                            std::string role_id);

/// Of a key: `N/A` for service and region, and no date, when it was never used (documented).
Task<api::iam::AccessKeyLastUsed> key_last_used(const Context& context, std::string account_id,
                                                std::string key_id);

}  // namespace bedplate::operations::iam
