// DeletePolicy: only one that nobody uses, and with a single version.
#include <algorithm>

#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

bool has_boundary(const iam::GroupRecord&, const std::string&) {
  return false;
}

template <class Record>
bool has_boundary(const Record& record, const std::string& arn) {
  return record.boundary == arn;
}

template <class Record>
bool used_by(storage::Transaction& transaction, const std::string& account_id,
             const std::string& arn) {
  for (const Record& record : identity::iam::all_records<Record>(transaction, account_id)) {
    const auto& attached = record.attached;
    if (std::find(attached.begin(), attached.end(), arn) != attached.end()) return true;
    if (has_boundary(record, arn)) return true;
  }
  return false;
}

}  // namespace

template <>
Task<op::iam::DeletePolicy::Response> handle<op::iam::DeletePolicy>(
    Context& context, op::iam::DeletePolicy::Request request) {
  const std::string account_id = context.principal.account_id;
  const std::string arn = request.PolicyArn;
  const auto change = [account_id, arn](storage::Transaction& transaction) {
    const auto policy = iam::require_own_policy(transaction, account_id, arn);
    if (used_by<iam::UserRecord>(transaction, account_id, arn) ||
        used_by<iam::GroupRecord>(transaction, account_id, arn) ||
        used_by<iam::RoleRecord>(transaction, account_id, arn)) {
      throw errors::delete_conflict("Cannot delete a policy attached to entities.");
    }
    if (policy.versions.size() > 1) {
      throw errors::delete_conflict(
          "This policy has more than one version. Before you delete a policy, you must delete the "
          "policy's versions. The default version is deleted with the policy.");
    }
    identity::iam::erase_record(transaction, policy);
    return true;
  };
  co_await iam::change_rows(context, change);
  co_return op::iam::DeletePolicy::Response{};
}

}  // namespace bedplate::operations
