// GetUser: the user of that name, or the caller.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetUser::Response> handle<op::iam::GetUser>(Context& context,
                                                          op::iam::GetUser::Request request) {
  const std::string name = iam::user_name_or_caller(context, request.UserName);
  op::iam::GetUser::Response response;
  const auto account = iam::account_of(context);
  if (const identity::User* user = account->find_user(name)) {
    response.User = iam::describe(user->record(), iam::Detail::kFull);
  } else if (iam::is_first_administrator(context, name)) {
    response.User = iam::describe_first_administrator(context);
  } else {
    throw iam::no_such("User", name);
  }
  co_return response;
}

}  // namespace bedplate::operations
