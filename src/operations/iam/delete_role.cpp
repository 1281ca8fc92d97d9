// DeleteRole: only without policies. Its sessions end at once.
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::DeleteRole::Response> handle<op::iam::DeleteRole>(
    Context& context, op::iam::DeleteRole::Request request) {
  const std::string account_id = context.principal.account_id;
  const std::string name = request.RoleName;
  const auto change = [account_id, name](storage::Transaction& transaction) {
    const auto role = iam::require_record<iam::RoleRecord>(transaction, account_id, name);
    iam::require_no_policies(role);
    identity::iam::erase_record(transaction, role);
    identity::LastUses::erase(transaction, account_id, role.id);
    return role.id;
  };
  const std::string id = co_await iam::change_rows(context, change);
  context.services.last_uses.forget(id);
  co_return op::iam::DeleteRole::Response{};
}

}  // namespace bedplate::operations
