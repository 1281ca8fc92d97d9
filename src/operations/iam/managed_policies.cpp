#include "operations/iam/managed_policies.hpp"

namespace bedplate::operations::iam {

std::optional<PolicyRecord> find_policy(Transaction& transaction, const std::string& account_id,
                                        const std::string& arn) {
  const std::string name = arn.substr(arn.rfind('/') + 1);
  auto policy = identity::iam::find_record<PolicyRecord>(transaction, account_id, name);
  if (!policy || identity::iam::arn_of(*policy) != arn) return std::nullopt;
  return policy;
}

PolicyRecord require_own_policy(Transaction& transaction, const std::string& account_id,
                                const std::string& arn) {
  if (identity::policy::find_aws_managed_policy(arn) != nullptr) {
    throw errors::access_denied("Access Denied: AWS's own policies cannot be changed.");
  }
  auto policy = find_policy(transaction, account_id, arn);
  if (!policy) throw policy_not_found(arn);
  return std::move(*policy);
}

void require_attachable(Transaction& transaction, const std::string& account_id,
                        const std::string& arn) {
  if (identity::policy::find_aws_managed_policy(arn) != nullptr) return;
  if (find_policy(transaction, account_id, arn)) return;
  throw errors::no_such_entity(fmt::format("Policy {} does not exist or is not attachable.", arn));
}

ApiError must_first(std::string_view what) {
  return errors::delete_conflict(fmt::format("Cannot delete entity, must {} first.", what));
}

void require_no_policies(const identity::iam::PolicyHolder& holder) {
  if (!holder.attached.empty()) throw must_first("detach all policies");
  if (!holder.inline_policies.empty()) throw must_first("delete policies");
}

ApiError policy_not_found(const std::string& arn) {
  return errors::no_such_entity(fmt::format("Policy {} was not found.", arn));
}

}  // namespace bedplate::operations::iam
