// GetAccountAuthorizationDetails: everything that decides who may do what in the account.
#include <algorithm>
#include <set>

#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

namespace api_iam = api::iam;
using Response = op::iam::GetAccountAuthorizationDetails::Response;
using identity::iam::PolicyHolder;

/// Which kinds are asked for: all of them when none is named.
class Filter {
 public:
  explicit Filter(const op::iam::GetAccountAuthorizationDetails::Request& request) {
    if (request.Filter) kinds_.insert(request.Filter->begin(), request.Filter->end());
  }
  bool takes(const std::string& kind) const { return kinds_.empty() || kinds_.contains(kind); }
  std::string text() const { return fmt::format("authorization {}", fmt::join(kinds_, " ")); }

 private:
  std::set<std::string> kinds_;
};

std::vector<api_iam::PolicyDetail> inline_policies(const PolicyHolder& holder) {
  std::vector<api_iam::PolicyDetail> out;
  for (const auto& [name, document] : holder.inline_policies) {
    out.push_back({name, iam::encoded_document(document)});
  }
  return out;
}

std::vector<api_iam::AttachedPolicy> attached_policies(const PolicyHolder& holder) {
  std::vector<api_iam::AttachedPolicy> out;
  for (const std::string& arn : holder.attached) {
    out.push_back({arn.substr(arn.rfind('/') + 1), arn});
  }
  return out;
}

/// What descriptions of one kind have under the same names.
template <class Detail, class Described>
Detail common_part(Described described, const PolicyHolder& holder) {
  Detail out;
  out.Path = std::move(described.Path);
  out.Arn = std::move(described.Arn);
  out.CreateDate = described.CreateDate;
  out.AttachedManagedPolicies = attached_policies(holder);
  return out;
}

api_iam::UserDetail user_detail(const identity::Account& account, const identity::User& user) {
  const api_iam::User described = iam::describe(user.record(), iam::Detail::kFull);
  auto out = common_part<api_iam::UserDetail>(described, user.record());
  out.UserName = described.UserName;
  out.UserId = described.UserId;
  out.UserPolicyList = inline_policies(user.record());
  out.PermissionsBoundary = described.PermissionsBoundary;
  out.Tags = described.Tags;
  auto& groups = out.GroupList.emplace();
  for (const std::string& id : user.record().group_ids) {
    if (const auto* group = account.find_group_by_id(id)) groups.push_back(group->record.name);
  }
  std::sort(groups.begin(), groups.end());
  return out;
}

api_iam::GroupDetail group_detail(const identity::StoredGroup& group) {
  const api_iam::Group described = iam::describe(group.record);
  auto out = common_part<api_iam::GroupDetail>(described, group.record);
  out.GroupName = described.GroupName;
  out.GroupId = described.GroupId;
  out.GroupPolicyList = inline_policies(group.record);
  return out;
}

api_iam::RoleDetail role_detail(const Context& context, const identity::Role& role) {
  const api_iam::Role described = iam::describe(context, role.record(), iam::Detail::kFull);
  auto out = common_part<api_iam::RoleDetail>(described, role.record());
  out.RoleName = described.RoleName;
  out.RoleId = described.RoleId;
  out.AssumeRolePolicyDocument = described.AssumeRolePolicyDocument;
  out.RolePolicyList = inline_policies(role.record());
  out.PermissionsBoundary = described.PermissionsBoundary;
  out.Tags = described.Tags;
  out.InstanceProfileList.emplace();  // there are none
  return out;
}

api_iam::ManagedPolicyDetail policy_part(api_iam::Policy described) {
  api_iam::ManagedPolicyDetail out;
  out.PolicyName = std::move(described.PolicyName);
  out.PolicyId = std::move(described.PolicyId);
  out.Arn = std::move(described.Arn);
  out.Path = std::move(described.Path);
  out.DefaultVersionId = std::move(described.DefaultVersionId);
  out.AttachmentCount = described.AttachmentCount;
  out.PermissionsBoundaryUsageCount = described.PermissionsBoundaryUsageCount;
  out.IsAttachable = described.IsAttachable;
  out.Description = std::move(described.Description);
  out.CreateDate = described.CreateDate;
  out.UpdateDate = described.UpdateDate;
  return out;
}

api_iam::ManagedPolicyDetail policy_detail(const iam::PolicyRecord& policy, iam::PolicyUse use) {
  auto out = policy_part(iam::describe(policy, use, iam::Detail::kFull));
  auto& versions = out.PolicyVersionList.emplace();
  for (const auto& version : policy.versions) {
    api_iam::PolicyVersion& item = versions.emplace_back();
    item.Document = iam::encoded_document(version.document);
    item.VersionId = iam::version_id(version.number);
    item.IsDefaultVersion = version.number == policy.default_version;
    item.CreateDate = identity::iam::timestamp_of(version.created_ms);
  }
  return out;
}

api_iam::ManagedPolicyDetail policy_detail(const identity::policy::AwsManagedPolicy& policy,
                                           iam::PolicyUse use) {
  auto out = policy_part(iam::describe(policy, use));
  api_iam::PolicyVersion& version = out.PolicyVersionList.emplace().emplace_back();
  version.Document = iam::encoded_document(policy.document);
  version.VersionId = policy.version_id;
  version.IsDefaultVersion = true;
  version.CreateDate = out.CreateDate;
  return out;
}

iam::PolicyUse use_in(const iam::PolicyUses& uses, const std::string& arn) {
  const auto found = uses.find(arn);
  return found == uses.end() ? iam::PolicyUse{} : found->second;
}

/// The account's policies, and those of AWS's that are in use in it.
void add_policies(const identity::Account& account, const Filter& filter, iam::Paging& page,
                  Response& response) {
  const iam::PolicyUses uses = iam::uses_of(account);
  auto& policies = response.Policies.emplace();
  for (const auto& [name, policy] : account.policies()) {
    if (!filter.takes("LocalManagedPolicy") || !page.takes("4 " + name)) continue;
    policies.push_back(policy_detail(policy->record, use_in(uses, policy->arn)));
  }
  std::set<std::string> used;
  for (const auto& [arn, use] : uses) used.insert(arn);
  for (const std::string& arn : used) {
    const auto* policy = identity::policy::find_aws_managed_policy(arn);
    if (policy == nullptr || !filter.takes("AWSManagedPolicy") || !page.takes("5 " + arn)) continue;
    policies.push_back(policy_detail(*policy, use_in(uses, arn)));
  }
}

}  // namespace

template <>
Task<Response> handle<op::iam::GetAccountAuthorizationDetails>(
    Context& context, op::iam::GetAccountAuthorizationDetails::Request request) {
  const Filter filter(request);
  const auto account = iam::account_of(context);
  iam::Paging page(context, filter.text(), request.Marker, request.MaxItems);
  Response response;
  auto& users = response.UserDetailList.emplace();
  for (const auto& [name, user] : account->users()) {
    if (!filter.takes("User") || !page.takes("1 " + name)) continue;
    users.push_back(user_detail(*account, user));
  }
  auto& groups = response.GroupDetailList.emplace();
  for (const auto& [name, group] : account->groups()) {
    if (!filter.takes("Group") || !page.takes("2 " + name)) continue;
    groups.push_back(group_detail(*group));
  }
  auto& roles = response.RoleDetailList.emplace();
  for (const auto& [name, role] : account->roles()) {
    if (!filter.takes("Role") || !page.takes("3 " + name)) continue;
    roles.push_back(role_detail(context, role));
  }
  add_policies(*account, filter, page, response);
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
