// Entities as replies show them.
#pragma once

#include "identity/policy/aws_managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations::iam {

/// How much of an entity a reply has: lists leave out tags and the boundary ("does not return the
/// tags … of the resources that it lists").
enum class Detail { kInList, kFull };

api::iam::User describe(const UserRecord& user, Detail detail);
/// The administrator of the first start, who has no row.
api::iam::User describe_first_administrator(const Context& context);
api::iam::Group describe(const GroupRecord& group);
/// With the trust policy as it reads now.
api::iam::Role describe(const Context& context, const RoleRecord& role, Detail detail);

/// How often a policy is in use.
struct PolicyUse {
  std::int32_t attachments = 0;
  std::int32_t boundaries = 0;
};
/// Of every policy that is in use, by ARN.
using PolicyUses = std::unordered_map<std::string, PolicyUse>;
PolicyUses uses_of(const identity::Account& account);
PolicyUse use_of(const identity::Account& account, const std::string& policy_arn);

api::iam::Policy describe(const PolicyRecord& policy, PolicyUse use, Detail detail);
api::iam::Policy describe(const identity::policy::AwsManagedPolicy& policy, PolicyUse use);

/// `v3`
std::string version_id(std::int32_t number);

}  // namespace bedplate::operations::iam
