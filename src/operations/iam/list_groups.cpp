// ListGroups and ListGroupsForUser.
#include <algorithm>

#include "operations/iam/descriptions.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::ListGroups::Response> handle<op::iam::ListGroups>(
    Context& context, op::iam::ListGroups::Request request) {
  const std::string prefix = request.PathPrefix.value_or("/");
  const auto account = iam::account_of(context);
  iam::Paging page(context, "groups " + prefix, request.Marker, request.MaxItems);
  op::iam::ListGroups::Response response;
  for (const auto& [name, group] : account->groups()) {
    if (!group->record.path.starts_with(prefix) || !page.takes(name)) continue;
    response.Groups.push_back(iam::describe(group->record));
  }
  page.finish(response);
  co_return response;
}

template <>
Task<op::iam::ListGroupsForUser::Response> handle<op::iam::ListGroupsForUser>(
    Context& context, op::iam::ListGroupsForUser::Request request) {
  const auto account = iam::account_of(context);
  const identity::User* user = account->find_user(request.UserName);
  if (user == nullptr) throw iam::no_such("User", request.UserName);
  const auto& ids = user->record().group_ids;
  iam::Paging page(context, "user-groups " + request.UserName, request.Marker, request.MaxItems);
  op::iam::ListGroupsForUser::Response response;
  for (const auto& [name, group] : account->groups()) {
    if (std::find(ids.begin(), ids.end(), group->record.id) == ids.end()) continue;
    if (page.takes(name)) response.Groups.push_back(iam::describe(group->record));
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
