// Roles that callers hand to Bedrock (iam:PassRole), for what it does on its own later on.
#pragma once

#include <string>

#include "identity/principal.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// For whom Bedrock takes on a role: what a trust policy may look at.
struct ServiceRoleUse {
  std::string role_arn;
  std::string account_id;  ///< aws:SourceAccount, and the role's
  std::string region;
  std::string source_arn;    ///< aws:SourceArn, e.g. of the job
  std::string session_name;  ///< the last part of the session's ARN
};

/// The session of the role with what it may do now. Throws AccessDeniedException for a role of
/// another account, ValidationException when there is no such role or it does not trust Bedrock.
/// Whether the caller may pass the role is asked elsewhere (data/authorization/operations.json).
identity::Principal assume_service_role(const Services& services, const ServiceRoleUse& use);

/// Whether the principal's own policies allow an action on a bucket or an object.
/// @param owner  account id of the bucket's owner
bool may_use_object(const Services& services, const identity::Principal& principal,
                    std::string_view action, std::string_view arn, std::string_view owner);

}  // namespace bedplate::operations
