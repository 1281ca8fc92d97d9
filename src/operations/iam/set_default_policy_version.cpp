// SetDefaultPolicyVersion and DeletePolicyVersion.
#include "operations/iam/policy_versions.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::SetDefaultPolicyVersion::Response> handle<op::iam::SetDefaultPolicyVersion>(
    Context& context, op::iam::SetDefaultPolicyVersion::Request request) {
  const std::string id = request.VersionId;
  const auto change = [id](iam::PolicyRecord& policy) {
    policy.default_version = iam::require_version(policy, id).number;
  };
  co_await iam::edit_policy(context, request.PolicyArn, change);
  co_return op::iam::SetDefaultPolicyVersion::Response{};
}

template <>
Task<op::iam::DeletePolicyVersion::Response> handle<op::iam::DeletePolicyVersion>(
    Context& context, op::iam::DeletePolicyVersion::Request request) {
  const std::string id = request.VersionId;
  const auto change = [id](iam::PolicyRecord& policy) {
    const std::int32_t number = iam::require_version(policy, id).number;
    if (number == policy.default_version) {
      throw errors::delete_conflict("Cannot delete the default version of a policy.");
    }
    std::erase_if(policy.versions, [&](const auto& own) { return own.number == number; });
  };
  co_await iam::edit_policy(context, request.PolicyArn, change);
  co_return op::iam::DeletePolicyVersion::Response{};
}

}  // namespace bedplate::operations
