// GetGroup: a group and its users.
#include <algorithm>

#include "operations/iam/descriptions.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetGroup::Response> handle<op::iam::GetGroup>(Context& context,
                                                            op::iam::GetGroup::Request request) {
  const auto account = iam::account_of(context);
  const identity::StoredGroup* group = account->find_group(request.GroupName);
  if (group == nullptr) throw iam::no_such("Group", request.GroupName);
  iam::Paging page(context, "group-users " + request.GroupName, request.Marker, request.MaxItems);
  op::iam::GetGroup::Response response;
  response.Group = iam::describe(group->record);
  for (const auto& [name, user] : account->users()) {
    const auto& ids = user.record().group_ids;
    if (std::find(ids.begin(), ids.end(), group->record.id) == ids.end()) continue;
    if (!page.takes(name)) continue;
    response.Users.push_back(iam::describe(user.record(), iam::Detail::kInList));
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
