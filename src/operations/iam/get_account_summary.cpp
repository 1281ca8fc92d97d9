// GetAccountSummary: how many there are of what this server has, and the quotas.
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetAccountSummary::Response> handle<op::iam::GetAccountSummary>(
    Context& context, op::iam::GetAccountSummary::Request) {
  const auto account = iam::account_of(context);
  op::iam::GetAccountSummary::Response response;
  auto& map = response.SummaryMap.emplace();
  const auto count = [](auto number) { return static_cast<std::int32_t>(number); };
  map["Users"] = count(account->users().size());
  map["Groups"] = count(account->groups().size());
  map["Roles"] = count(account->roles().size());
  map["Policies"] = count(account->policies().size());
  map["UsersQuota"] = count(iam::Quota<iam::UserRecord>::kMax);
  map["GroupsQuota"] = count(iam::Quota<iam::GroupRecord>::kMax);
  map["RolesQuota"] = count(iam::Quota<iam::RoleRecord>::kMax);
  map["PoliciesQuota"] = count(iam::Quota<iam::PolicyRecord>::kMax);
  map["AccessKeysPerUserQuota"] = 2;
  map["GroupsPerUserQuota"] = 10;
  map["VersionsPerPolicyQuota"] = 5;
  for (const char* kind : {"User", "Group", "Role"}) {
    map[fmt::format("AttachedPoliciesPer{}Quota", kind)] = 10;
  }
  map["PolicySizeQuota"] = 6144;
  map["UserPolicySizeQuota"] = 2048;
  map["GroupPolicySizeQuota"] = 5120;
  map["RolePolicySizeQuota"] = 10240;
  map["AssumeRolePolicySizeQuota"] = 2048;
  map["MFADevices"] = 0;
  co_return response;
}

}  // namespace bedplate::operations
