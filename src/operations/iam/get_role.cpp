// GetRole.
#include "operations/iam/descriptions.hpp"
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
  co_return response;
}

}  // namespace bedplate::operations
