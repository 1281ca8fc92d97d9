// GetRole.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/last_used.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetRole::Response> handle<op::iam::GetRole>(Context& context,
                                                          op::iam::GetRole::Request request) {
  const auto account = iam::account_of(context);
  const identity::Role* role = account->find_role(request.RoleName);
  if (role == nullptr) throw iam::no_such("Role", request.RoleName);
  op::iam::GetRole::Response response;
  response.Role = iam::describe(context, role->record(), iam::Detail::kFull);
  const std::string role_id = role->record().id;
  response.Role.RoleLastUsed = co_await iam::role_last_used(context, account->id(), role_id);
  co_return response;
}

}  // namespace bedplate::operations
