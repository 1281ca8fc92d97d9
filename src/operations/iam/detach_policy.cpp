// DetachUserPolicy, DetachGroupPolicy and DetachRolePolicy.
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Record>
Task<> detach(Context& context, std::string name, std::string arn) {
  const auto change = [arn](storage::Transaction&, Record& record) {
    if (std::erase(record.attached, arn) == 0) throw iam::policy_not_found(arn);
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

}  // namespace

template <>
Task<op::iam::DetachUserPolicy::Response> handle<op::iam::DetachUserPolicy>(
    Context& context, op::iam::DetachUserPolicy::Request request) {
  co_await detach<iam::UserRecord>(context, request.UserName, request.PolicyArn);
  co_return op::iam::DetachUserPolicy::Response{};
}

template <>
Task<op::iam::DetachGroupPolicy::Response> handle<op::iam::DetachGroupPolicy>(
    Context& context, op::iam::DetachGroupPolicy::Request request) {
  co_await detach<iam::GroupRecord>(context, request.GroupName, request.PolicyArn);
  co_return op::iam::DetachGroupPolicy::Response{};
}

template <>
Task<op::iam::DetachRolePolicy::Response> handle<op::iam::DetachRolePolicy>(
    Context& context, op::iam::DetachRolePolicy::Request request) {
  co_await detach<iam::RoleRecord>(context, request.RoleName, request.PolicyArn);
  co_return op::iam::DetachRolePolicy::Response{};
}

}  // namespace bedplate::operations
