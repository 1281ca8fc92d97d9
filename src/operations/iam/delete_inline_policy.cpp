// DeleteUserPolicy, DeleteGroupPolicy and DeleteRolePolicy.
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Record>
Task<> remove(Context& context, std::string name, std::string policy_name) {
  const auto change = [policy_name](storage::Transaction&, Record& record) {
    if (record.inline_policies.erase(policy_name) == 0) {
      throw iam::no_such(fmt::format("{} policy", iam::Quota<Record>::kNoun), policy_name);
    }
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

}  // namespace

template <>
Task<op::iam::DeleteUserPolicy::Response> handle<op::iam::DeleteUserPolicy>(
    Context& context, op::iam::DeleteUserPolicy::Request request) {
  co_await remove<iam::UserRecord>(context, request.UserName, request.PolicyName);
  co_return op::iam::DeleteUserPolicy::Response{};
}

template <>
Task<op::iam::DeleteGroupPolicy::Response> handle<op::iam::DeleteGroupPolicy>(
    Context& context, op::iam::DeleteGroupPolicy::Request request) {
  co_await remove<iam::GroupRecord>(context, request.GroupName, request.PolicyName);
  co_return op::iam::DeleteGroupPolicy::Response{};
}

template <>
Task<op::iam::DeleteRolePolicy::Response> handle<op::iam::DeleteRolePolicy>(
    Context& context, op::iam::DeleteRolePolicy::Request request) {
  co_await remove<iam::RoleRecord>(context, request.RoleName, request.PolicyName);
  co_return op::iam::DeleteRolePolicy::Response{};
}

}  // namespace bedplate::operations
