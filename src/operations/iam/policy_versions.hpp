// Versions of managed policies: what their operations share.
#pragma once

#include "operations/iam/managed_policies.hpp"

namespace bedplate::operations::iam {

/// `v3` to 3; 0 for what can be no version here (versions of AWS's policies have dots, too).
std::int32_t version_number(const std::string& version_id);

/// Throws NoSuchEntity.
const identity::iam::PolicyVersionRecord& require_version(const PolicyRecord& policy,
                                                          const std::string& version_id);
ApiError no_such_version(const std::string& policy_arn, const std::string& version_id);

/// Changes one of the account's policies. Returns it as it is then.
template <class Edit>
Task<PolicyRecord> edit_policy(Context& context, std::string arn, Edit edit) {
  const std::string account_id = context.principal.account_id;
  const std::int64_t now_ms = identity::iam::milliseconds(context.services.clock.now());
  const auto change = [=](Transaction& transaction) -> PolicyRecord {
    PolicyRecord policy = require_own_policy(transaction, account_id, arn);
    edit(policy);
    policy.updated_ms = now_ms;
    identity::iam::update_record(transaction, policy);
    return policy;
  };
  PolicyRecord policy = co_await change_rows(context, change);
  co_return policy;
}

}  // namespace bedplate::operations::iam
