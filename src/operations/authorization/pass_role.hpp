// Handing a role to a service that will act as it: batch jobs, agents, knowledge bases.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "base/clock.hpp"
#include "identity/directory.hpp"
#include "operations/context.hpp"

namespace bedplate::operations::authorization {

inline constexpr std::string_view kBedrockService = "bedrock.amazonaws.com";

/// Recorded for CreateModelCustomizationJob (aws-samples/amazon-bedrock-workshop#367; Terraform's
/// provider waits while it reads this); that other jobs say the same is inferred.
inline constexpr std::string_view kCouldNotAssume = "Could not assume provided IAM role.";

/// The caller's role at `role_arn`, for a resource that `service` will act for. Throws
/// - AccessDeniedException when the role is of another account, or a policy of the caller does not
///   allow iam:PassRole on it with iam:PassedToService and iam:AssociatedResourceArn,
/// - ValidationException with `refusal` when there is no such role, or when its trust policy keeps
///   the service from assuming it for this account and resource.
/// Whoever may do everything needs a role that trusts the service, too; with authentication
/// switched off nothing is checked.
/// @param associated_arn  of the resource; with `*` for an id that is not known yet; empty: none
void pass_role(const Context& context, std::string_view role_arn,
               std::string_view service = kBedrockService, std::string_view associated_arn = {},
               std::string_view refusal = kCouldNotAssume);

/// A service that wants to act as a role.
struct ServiceCall {
  std::string_view service;
  std::string_view account_id;  ///< for whom: aws:SourceAccount
  std::string_view region;
  std::string_view associated_arn;  ///< for what: aws:SourceArn; empty: not told
  Timestamp now;
};

/// Whether the role's trust policy allows sts:AssumeRole. Ask again when a job begins to work: the
/// policy may have changed.
bool trusts_service(const identity::StoredRole& role, const ServiceCall& call);

/// The role at an ARN of `account`; nullptr: there is none, or no account.
const identity::Role* find_role(const identity::Account* account, std::string_view role_arn);

}  // namespace bedplate::operations::authorization
