// What a session of a role is given: tags, source identity and session policies, checked.
#pragma once

#include "api/sts.hpp"
#include "identity/directory.hpp"
#include "identity/session_token.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Everything that the token will say but its time. Throws as STS would.
identity::SessionClaims role_session(const Context& context, const identity::Account& account,
                                     const identity::Role& role,
                                     const api::sts::AssumeRoleRequest& request);

/// Seconds; throws ValidationError when the role, or chaining, allows less.
std::chrono::seconds role_session_lifetime(const Context& context, const identity::Role& role,
                                           const api::sts::AssumeRoleRequest& request);

}  // namespace bedplate::operations
