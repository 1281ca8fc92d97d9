// ListAttachedUserPolicies, ListAttachedGroupPolicies and ListAttachedRolePolicies, by name.
#include <algorithm>

#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

struct Item {
  std::string key, name, arn, path;
};

// The path of a policy is between `:policy` and its name.
std::vector<Item> items_of(const identity::iam::PolicyHolder& holder) {
  std::vector<Item> items;
  for (const std::string& arn : holder.attached) {
    const std::size_t name = arn.rfind('/') + 1;
    const std::size_t path = arn.find(":policy/") + 7;
    const bool of_aws = arn.starts_with("arn:aws:iam::aws:");
    items.push_back({arn.substr(name) + (of_aws ? " 1" : " 2"), arn.substr(name), arn,
                     arn.substr(path, name - path)});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.key < b.key; });
  return items;
}

template <class Op>
typename Op::Response list(const Context& context, const typename Op::Request& request,
                           const identity::iam::PolicyHolder& holder) {
  const std::string prefix = request.PathPrefix.value_or("/");
  iam::Paging page(context, fmt::format("attached {} {}", holder.id, prefix), request.Marker,
                   request.MaxItems);
  typename Op::Response response;
  auto& out = response.AttachedPolicies.emplace();
  for (const Item& item : items_of(holder)) {
    if (!item.path.starts_with(prefix) || !page.takes(item.key)) continue;
    out.emplace_back();
    out.back().PolicyName = item.name;
    out.back().PolicyArn = item.arn;
  }
  page.finish(response);
  return response;
}

}  // namespace

template <>
Task<op::iam::ListAttachedUserPolicies::Response> handle<op::iam::ListAttachedUserPolicies>(
    Context& context, op::iam::ListAttachedUserPolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::User* entity = account->find_user(request.UserName);
  if (entity == nullptr) throw iam::no_such("User", request.UserName);
  co_return list<op::iam::ListAttachedUserPolicies>(context, request, entity->record());
}

template <>
Task<op::iam::ListAttachedGroupPolicies::Response> handle<op::iam::ListAttachedGroupPolicies>(
    Context& context, op::iam::ListAttachedGroupPolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::StoredGroup* entity = account->find_group(request.GroupName);
  if (entity == nullptr) throw iam::no_such("Group", request.GroupName);
  co_return list<op::iam::ListAttachedGroupPolicies>(context, request, entity->record);
}

template <>
Task<op::iam::ListAttachedRolePolicies::Response> handle<op::iam::ListAttachedRolePolicies>(
    Context& context, op::iam::ListAttachedRolePolicies::Request request) {
  const auto account = iam::account_of(context);
  const identity::Role* entity = account->find_role(request.RoleName);
  if (entity == nullptr) throw iam::no_such("Role", request.RoleName);
  co_return list<op::iam::ListAttachedRolePolicies>(context, request, entity->record());
}

}  // namespace bedplate::operations
