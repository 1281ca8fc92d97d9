// AddUserToGroup and RemoveUserFromGroup. Adding a member again changes nothing.
#include <algorithm>

#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kGroupsMax = 10;

}  // namespace

template <>
Task<op::iam::AddUserToGroup::Response> handle<op::iam::AddUserToGroup>(
    Context& context, op::iam::AddUserToGroup::Request request) {
  const std::string group_name = request.GroupName;
  const auto change = [group_name](storage::Transaction& transaction, iam::UserRecord& user) {
    const auto group =
        iam::require_record<iam::GroupRecord>(transaction, user.account_id, group_name);
    auto& ids = user.group_ids;
    if (std::find(ids.begin(), ids.end(), group.id) != ids.end()) return;
    if (ids.size() >= kGroupsMax) throw iam::over_quota("GroupsPerUser", kGroupsMax);
    ids.push_back(group.id);
  };
  co_await iam::edit_record<iam::UserRecord>(context, request.UserName, change);
  co_return op::iam::AddUserToGroup::Response{};
}

template <>
Task<op::iam::RemoveUserFromGroup::Response> handle<op::iam::RemoveUserFromGroup>(
    Context& context, op::iam::RemoveUserFromGroup::Request request) {
  const std::string group_name = request.GroupName;
  const auto change = [group_name](storage::Transaction& transaction, iam::UserRecord& user) {
    const auto group =
        iam::require_record<iam::GroupRecord>(transaction, user.account_id, group_name);
    if (std::erase(user.group_ids, group.id) == 0) throw iam::no_such("User", user.name);
  };
  co_await iam::edit_record<iam::UserRecord>(context, request.UserName, change);
  co_return op::iam::RemoveUserFromGroup::Response{};
}

}  // namespace bedplate::operations
