// ListUserTags, ListRoleTags and ListPolicyTags, by key.
#include <algorithm>

#include "operations/iam/managed_policies.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/tags.hpp"

namespace bedplate::operations {
namespace {

template <class Op>
typename Op::Response list(const Context& context, const typename Op::Request& request,
                           const identity::iam::Entity& entity) {
  iam::ApiTags tags = iam::write_tags(entity);
  std::sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.Key < b.Key; });
  iam::Paging page(context, "tags " + entity.id, request.Marker, request.MaxItems);
  typename Op::Response response;
  // By number: a key can be longer than a marker.
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (page.takes(fmt::format("{:02}", i))) response.Tags.push_back(tags[i]);
  }
  page.finish(response);
  return response;
}

}  // namespace

template <>
Task<op::iam::ListUserTags::Response> handle<op::iam::ListUserTags>(
    Context& context, op::iam::ListUserTags::Request request) {
  const auto account = iam::account_of(context);
  const identity::User* entity = account->find_user(request.UserName);
  if (entity == nullptr) throw iam::no_such("User", request.UserName);
  co_return list<op::iam::ListUserTags>(context, request, entity->record());
}

template <>
Task<op::iam::ListRoleTags::Response> handle<op::iam::ListRoleTags>(
    Context& context, op::iam::ListRoleTags::Request request) {
  const auto account = iam::account_of(context);
  const identity::Role* entity = account->find_role(request.RoleName);
  if (entity == nullptr) throw iam::no_such("Role", request.RoleName);
  co_return list<op::iam::ListRoleTags>(context, request, entity->record());
}

template <>
Task<op::iam::ListPolicyTags::Response> handle<op::iam::ListPolicyTags>(
    Context& context, op::iam::ListPolicyTags::Request request) {
  const auto account = iam::account_of(context);
  const identity::StoredPolicy* policy = account->find_policy(request.PolicyArn);
  if (policy == nullptr) throw iam::policy_not_found(request.PolicyArn);
  co_return list<op::iam::ListPolicyTags>(context, request, policy->record);
}

}  // namespace bedplate::operations
