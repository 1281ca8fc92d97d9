// ListRoles.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::ListRoles::Response> handle<op::iam::ListRoles>(Context& context,
                                                              op::iam::ListRoles::Request request) {
  const std::string prefix = request.PathPrefix.value_or("/");
  const auto account = iam::account_of(context);
  iam::Paging page(context, "roles " + prefix, request.Marker, request.MaxItems);
  op::iam::ListRoles::Response response;
  for (const auto& [name, role] : account->roles()) {
    if (!role.record().path.starts_with(prefix) || !page.takes(name)) continue;
    response.Roles.push_back(iam::describe(context, role.record(), iam::Detail::kInList));
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
