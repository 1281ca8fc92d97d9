// DeleteUser: only when nothing belongs to the user any more.
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::DeleteUser::Response> handle<op::iam::DeleteUser>(
    Context& context, op::iam::DeleteUser::Request request) {
  const std::string account_id = context.principal.account_id;
  const std::string name = request.UserName;
  const auto change = [account_id, name](storage::Transaction& transaction) {
    const auto user = iam::require_record<iam::UserRecord>(transaction, account_id, name);
    iam::require_no_policies(user);
    if (!user.access_keys.empty()) throw iam::must_first("delete access keys");
    if (!user.service_credentials.empty()) {
      throw iam::must_first("delete service specific credentials");
    }
    if (!user.group_ids.empty()) throw iam::must_first("remove users from group");
    identity::iam::erase_record(transaction, user);
    return true;
  };
  co_await iam::change_rows(context, change);
  co_return op::iam::DeleteUser::Response{};
}

}  // namespace bedplate::operations
