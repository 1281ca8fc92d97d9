// DeleteGroup: only an empty one without policies.
#include <algorithm>

#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::DeleteGroup::Response> handle<op::iam::DeleteGroup>(
    Context& context, op::iam::DeleteGroup::Request request) {
  const std::string account_id = context.principal.account_id;
  const std::string name = request.GroupName;
  const auto change = [account_id, name](storage::Transaction& transaction) {
    const auto group = iam::require_record<iam::GroupRecord>(transaction, account_id, name);
    for (const auto& user : identity::iam::all_records<iam::UserRecord>(transaction, account_id)) {
      const auto& ids = user.group_ids;
      if (std::find(ids.begin(), ids.end(), group.id) == ids.end()) continue;
      throw iam::must_first("remove users from group");
    }
    iam::require_no_policies(group);
    identity::iam::erase_record(transaction, group);
    return true;
  };
  co_await iam::change_rows(context, change);
  co_return op::iam::DeleteGroup::Response{};
}

}  // namespace bedplate::operations
