// CreateUser.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/tags.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::CreateUser::Response> handle<op::iam::CreateUser>(
    Context& context, op::iam::CreateUser::Request request) {
  if (iam::is_first_administrator(context, request.UserName)) {
    throw iam::already_exists("User", request.UserName);
  }
  auto user = iam::new_record<iam::UserRecord>(context, request.UserName, request.Path);
  iam::put_tags(user, iam::read_tags(request.Tags));
  if (request.PermissionsBoundary) user.boundary = *request.PermissionsBoundary;
  const auto change = [user](storage::Transaction& transaction) mutable {
    iam::require_boundary(transaction, user);
    iam::create_record(transaction, user);
    return user;
  };
  const iam::UserRecord made = co_await iam::change_rows(context, change);
  op::iam::CreateUser::Response response;
  response.User = iam::describe(made, iam::Detail::kFull);
  co_return response;
}

}  // namespace bedplate::operations
