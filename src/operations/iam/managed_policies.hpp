// Managed policies by ARN, and who uses them: what several operations check.
#pragma once

#include "identity/policy/aws_managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations::iam {

/// A customer managed policy of the account by its ARN; nothing when there is none.
std::optional<PolicyRecord> find_policy(Transaction& transaction, const std::string& account_id,
                                        const std::string& arn);

/// The same for a change to it. Throws NoSuchEntity, and AccessDenied for AWS's own.
PolicyRecord require_own_policy(Transaction& transaction, const std::string& account_id,
                                const std::string& arn);

/// Throws NoSuchEntity unless the policy can be attached: AWS's or one of the account's.
void require_attachable(Transaction& transaction, const std::string& account_id,
                        const std::string& arn);

/// The same for a permissions boundary that is set. Throws InvalidInput for what is no policy.
template <class Record>
void require_boundary(Transaction& transaction, const Record& record) {
  if (record.boundary.empty()) return;
  require_attachable(transaction, record.account_id, record.boundary);
}

/// `Cannot delete entity, must … first.`
ApiError must_first(std::string_view what);
/// Throws must_first() when policies are attached or embedded.
void require_no_policies(const identity::iam::PolicyHolder& holder);

/// `Policy arn:… was not found.`
ApiError policy_not_found(const std::string& arn);

}  // namespace bedplate::operations::iam
