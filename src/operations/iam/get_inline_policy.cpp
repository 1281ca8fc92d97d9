// GetUserPolicy, GetGroupPolicy and GetRolePolicy.
#include "operations/iam/documents.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

std::string document_of(const identity::iam::PolicyHolder& holder, std::string_view noun,
                        const std::string& policy_name) {
  const auto found = holder.inline_policies.find(policy_name);
  if (found == holder.inline_policies.end()) throw iam::no_such(noun, policy_name);
  return iam::encoded_document(found->second);
}

}  // namespace

template <>
Task<op::iam::GetUserPolicy::Response> handle<op::iam::GetUserPolicy>(
    Context& context, op::iam::GetUserPolicy::Request request) {
  const auto account = iam::account_of(context);
  const identity::User* entity = account->find_user(request.UserName);
  if (entity == nullptr) throw iam::no_such("User", request.UserName);
  op::iam::GetUserPolicy::Response response;
  response.UserName = request.UserName;
  response.PolicyName = request.PolicyName;
  response.PolicyDocument = document_of(entity->record(), "User policy", request.PolicyName);
  co_return response;
}

template <>
Task<op::iam::GetGroupPolicy::Response> handle<op::iam::GetGroupPolicy>(
    Context& context, op::iam::GetGroupPolicy::Request request) {
  const auto account = iam::account_of(context);
  const identity::StoredGroup* entity = account->find_group(request.GroupName);
  if (entity == nullptr) throw iam::no_such("Group", request.GroupName);
  op::iam::GetGroupPolicy::Response response;
  response.GroupName = request.GroupName;
  response.PolicyName = request.PolicyName;
  response.PolicyDocument = document_of(entity->record, "Group policy", request.PolicyName);
  co_return response;
}

template <>
Task<op::iam::GetRolePolicy::Response> handle<op::iam::GetRolePolicy>(
    Context& context, op::iam::GetRolePolicy::Request request) {
  const auto account = iam::account_of(context);
  const identity::Role* entity = account->find_role(request.RoleName);
  if (entity == nullptr) throw iam::no_such("Role", request.RoleName);
  op::iam::GetRolePolicy::Response response;
  response.RoleName = request.RoleName;
  response.PolicyName = request.PolicyName;
  response.PolicyDocument = document_of(entity->record(), "Role policy", request.PolicyName);
  co_return response;
}

}  // namespace bedplate::operations
