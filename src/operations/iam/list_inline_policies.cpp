// ListUserPolicies, ListGroupPolicies and ListRolePolicies: the names of what is embedded.
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Op>
typename Op::Response list(const Context& context, const typename Op::Request& request,
                           const identity::iam::PolicyHolder& holder) {
  iam::Paging page(context, "inline " + holder.id, request.Marker, request.MaxItems);
  typename Op::Response response;
  for (const auto& [name, document] : holder.inline_policies) {
    if (page.takes(name)) response.PolicyNames.push_back(name);
  }
  page.finish(response);
  return response;
}

}  // namespace

template <>
Task<op::iam::ListUserPolicies::Response> handle<op::iam::ListUserPolicies>(
    Context& context, op::iam::ListUserPolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::User* entity = account->find_user(request.UserName);
  if (entity == nullptr) throw iam::no_such("User", request.UserName);
  co_return list<op::iam::ListUserPolicies>(context, request, entity->record());
}

template <>
Task<op::iam::ListGroupPolicies::Response> handle<op::iam::ListGroupPolicies>(
    Context& context, op::iam::ListGroupPolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::StoredGroup* entity = account->find_group(request.GroupName);
  if (entity == nullptr) throw iam::no_such("Group", request.GroupName);
  co_return list<op::iam::ListGroupPolicies>(context, request, entity->record);
}

template <>
Task<op::iam::ListRolePolicies::Response> handle<op::iam::ListRolePolicies>(
    Context& context, op::iam::ListRolePolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::Role* entity = account->find_role(request.RoleName);
  if (entity == nullptr) throw iam::no_such("Role", request.RoleName);
  co_return list<op::iam::ListRolePolicies>(context, request, entity->record());
}

}  // namespace bedplate::operations
