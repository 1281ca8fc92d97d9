#include "operations/iam/descriptions.hpp"

#include "base/bytes.hpp"
#include "identity/policy/principals.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/tags.hpp"
#include "operations/iam/trusted_principals.hpp"

namespace bedplate::operations::iam {
namespace {

using identity::iam::arn_of;
using identity::iam::timestamp_of;

// IAM's times are whole seconds.
Timestamp seconds_of(std::int64_t milliseconds) {
  return std::chrono::floor<std::chrono::seconds>(timestamp_of(milliseconds));
}

template <class Described>
void add_boundary(Described& out, const std::string& arn) {
  if (arn.empty()) return;
  out.PermissionsBoundary.emplace();
  out.PermissionsBoundary->PermissionsBoundaryType = "PermissionsBoundaryPolicy";
  out.PermissionsBoundary->PermissionsBoundaryArn = arn;
}

template <class Described>
void add_tags(Described& out, const identity::iam::Entity& entity) {
  if (!entity.tags.empty()) out.Tags = write_tags(entity);
}

void count_attached(const identity::iam::PolicyHolder& holder, PolicyUses& uses) {
  for (const std::string& arn : holder.attached) ++uses[arn].attachments;
}

// AWS's own ids of these policies are not published.
std::string aws_policy_id(std::string_view arn) {
  std::string id = "ANPA";
  for (const unsigned char byte : sha256(arn)) {
    if (id.size() < 21) id += static_cast<char>('A' + byte % 26);
  }
  return id;
}

}  // namespace

api::iam::User describe(const UserRecord& user, Detail detail) {
  api::iam::User out;
  out.Path = user.path;
  out.UserName = user.name;
  out.UserId = user.id;
  out.Arn = arn_of(user);
  out.CreateDate = seconds_of(user.created_ms);
  if (detail == Detail::kFull) {
    add_boundary(out, user.boundary);
    add_tags(out, user);
  }
  return out;
}

api::iam::User describe_first_administrator(const Context& context) {
  const auto& credentials = context.services.credentials;
  const identity::Principal administrator = credentials.principal_of(
      std::string(identity::kAdministrator), identity::Principal::Kind::kAccessKey);
  api::iam::User out;
  out.Path = "/";
  out.UserName = administrator.user_name;
  out.UserId = administrator.caller->unique_id;
  out.Arn = administrator.arn;
  const identity::StoredAccessKey* key = credentials.developer_access_key();
  out.CreateDate =
      (key == nullptr ? std::nullopt : parse_iso8601_s(key->created_at)).value_or(Timestamp{});
  return out;
}

api::iam::Group describe(const GroupRecord& group) {
  api::iam::Group out;
  out.Path = group.path;
  out.GroupName = group.name;
  out.GroupId = group.id;
  out.Arn = arn_of(group);
  out.CreateDate = seconds_of(group.created_ms);
  return out;
}

api::iam::Role describe(const Context& context, const RoleRecord& role, Detail detail) {
  api::iam::Role out;
  out.Path = role.path;
  out.RoleName = role.name;
  out.RoleId = role.id;
  out.Arn = arn_of(role);
  out.CreateDate = seconds_of(role.created_ms);
  out.AssumeRolePolicyDocument =
      encoded_document(TrustedPrincipals(context).show(role.trust_policy));
  out.Description = role.description;
  out.MaxSessionDuration = role.session_max_s;
  if (detail == Detail::kFull) {
    add_boundary(out, role.boundary);
    add_tags(out, role);
  }
  return out;
}

PolicyUses uses_of(const identity::Account& account) {
  PolicyUses uses;
  for (const auto& [name, user] : account.users()) {
    count_attached(user.record(), uses);
    if (!user.record().boundary.empty()) ++uses[user.record().boundary].boundaries;
  }
  for (const auto& [name, group] : account.groups()) count_attached(group->record, uses);
  for (const auto& [name, role] : account.roles()) {
    count_attached(role.record(), uses);
    if (!role.record().boundary.empty()) ++uses[role.record().boundary].boundaries;
  }
  return uses;
}

PolicyUse use_of(const identity::Account& account, const std::string& policy_arn) {
  return uses_of(account)[policy_arn];
}

api::iam::Policy describe(const PolicyRecord& policy, PolicyUse use, Detail detail) {
  api::iam::Policy out;
  out.PolicyName = policy.name;
  out.PolicyId = policy.id;
  out.Arn = arn_of(policy);
  out.Path = policy.path;
  out.DefaultVersionId = version_id(policy.default_version);
  out.AttachmentCount = use.attachments;
  out.PermissionsBoundaryUsageCount = use.boundaries;
  out.IsAttachable = true;
  out.CreateDate = seconds_of(policy.created_ms);
  out.UpdateDate = seconds_of(policy.updated_ms);
  if (detail == Detail::kFull) {
    out.Description = policy.description;
    add_tags(out, policy);
  }
  return out;
}

api::iam::Policy describe(const identity::policy::AwsManagedPolicy& policy, PolicyUse use) {
  api::iam::Policy out;
  out.PolicyName = policy.name;
  out.PolicyId = aws_policy_id(policy.arn);
  out.Arn = policy.arn;
  const std::size_t path = policy.arn.find(":policy/") + 7;
  out.Path = policy.arn.substr(path, policy.arn.rfind('/') + 1 - path);
  out.DefaultVersionId = policy.version_id;
  out.AttachmentCount = use.attachments;
  out.PermissionsBoundaryUsageCount = use.boundaries;
  out.IsAttachable = true;
  out.CreateDate = parse_iso8601_s(policy.create_date.substr(0, 19) + "Z");
  out.UpdateDate = out.CreateDate;
  return out;
}

std::string version_id(std::int32_t number) {
  return fmt::format("v{}", number);
}

}  // namespace bedplate::operations::iam
