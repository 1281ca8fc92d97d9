// ListEntitiesForPolicy: whom a managed policy is attached to, or whose boundary it is.
#include <algorithm>

#include "operations/iam/managed_policies.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

struct Query {
  std::string arn, kind, prefix, usage;

  std::string text() const { return fmt::format("entities {} {} {} {}", arn, kind, usage, prefix); }
  bool takes(std::string_view of_kind, const identity::iam::PolicyHolder& holder,
             std::string_view boundary) const {
    if (!kind.empty() && kind != of_kind) return false;
    if (!holder.path.starts_with(prefix)) return false;
    const bool attached =
        std::find(holder.attached.begin(), holder.attached.end(), arn) != holder.attached.end();
    if (usage == "PermissionsPolicy") return attached;
    if (usage == "PermissionsBoundary") return boundary == arn;
    return attached || boundary == arn;
  }
};

}  // namespace

template <>
Task<op::iam::ListEntitiesForPolicy::Response> handle<op::iam::ListEntitiesForPolicy>(
    Context& context, op::iam::ListEntitiesForPolicy::Request request) {
  const auto account = iam::account_of(context);
  if (!account->managed(request.PolicyArn)) throw iam::policy_not_found(request.PolicyArn);
  const Query query{request.PolicyArn, request.EntityFilter.value_or(""),
                    request.PathPrefix.value_or("/"), request.PolicyUsageFilter.value_or("")};
  iam::Paging page(context, query.text(), request.Marker, request.MaxItems);
  op::iam::ListEntitiesForPolicy::Response response;
  auto& groups = response.PolicyGroups.emplace();
  auto& roles = response.PolicyRoles.emplace();
  auto& users = response.PolicyUsers.emplace();
  for (const auto& [name, group] : account->groups()) {
    if (!query.takes("Group", group->record, "") || !page.takes("1 " + name)) continue;
    groups.emplace_back();
    groups.back().GroupName = name;
    groups.back().GroupId = group->record.id;
  }
  for (const auto& [name, role] : account->roles()) {
    if (!query.takes("Role", role.record(), role.record().boundary)) continue;
    if (!page.takes("2 " + name)) continue;
    roles.emplace_back();
    roles.back().RoleName = name;
    roles.back().RoleId = role.record().id;
  }
  for (const auto& [name, user] : account->users()) {
    if (!query.takes("User", user.record(), user.record().boundary)) continue;
    if (!page.takes("3 " + name)) continue;
    users.emplace_back();
    users.back().UserName = name;
    users.back().UserId = user.record().id;
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
