// ListUsers.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::ListUsers::Response> handle<op::iam::ListUsers>(Context& context,
                                                              op::iam::ListUsers::Request request) {
  const std::string prefix = request.PathPrefix.value_or("/");
  const auto account = iam::account_of(context);
  iam::Paging page(context, "users " + prefix, request.Marker, request.MaxItems);
  op::iam::ListUsers::Response response;
  for (const auto& [name, user] : account->users()) {
    if (!user.record().path.starts_with(prefix) || !page.takes(name)) continue;
    response.Users.push_back(iam::describe(user.record(), iam::Detail::kInList));
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
