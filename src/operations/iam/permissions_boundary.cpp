// Putting and deleting the permissions boundary of a user or role.
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Record>
Task<> put_boundary(Context& context, std::string name, std::string arn) {
  const auto change = [arn](storage::Transaction& transaction, Record& record) {
    record.boundary = arn;
    iam::require_boundary(transaction, record);
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

template <class Record>
Task<> delete_boundary(Context& context, std::string name) {
  const auto change = [](storage::Transaction&, Record& record) {
    if (record.boundary.empty()) {
      throw errors::no_such_entity(fmt::format("{} {} has no permissions boundary.",
                                               iam::Quota<Record>::kNoun, record.name));
    }
    record.boundary.clear();
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

}  // namespace

template <>
Task<op::iam::PutUserPermissionsBoundary::Response> handle<op::iam::PutUserPermissionsBoundary>(
    Context& context, op::iam::PutUserPermissionsBoundary::Request request) {
  co_await put_boundary<iam::UserRecord>(context, request.UserName, request.PermissionsBoundary);
  co_return op::iam::PutUserPermissionsBoundary::Response{};
}

template <>
Task<op::iam::DeleteUserPermissionsBoundary::Response>
handle<op::iam::DeleteUserPermissionsBoundary>(
    Context& context, op::iam::DeleteUserPermissionsBoundary::Request request) {
  co_await delete_boundary<iam::UserRecord>(context, request.UserName);
  co_return op::iam::DeleteUserPermissionsBoundary::Response{};
}

template <>
Task<op::iam::PutRolePermissionsBoundary::Response> handle<op::iam::PutRolePermissionsBoundary>(
    Context& context, op::iam::PutRolePermissionsBoundary::Request request) {
  co_await put_boundary<iam::RoleRecord>(context, request.RoleName, request.PermissionsBoundary);
  co_return op::iam::PutRolePermissionsBoundary::Response{};
}

template <>
Task<op::iam::DeleteRolePermissionsBoundary::Response>
handle<op::iam::DeleteRolePermissionsBoundary>(
    Context& context, op::iam::DeleteRolePermissionsBoundary::Request request) {
  co_await delete_boundary<iam::RoleRecord>(context, request.RoleName);
  co_return op::iam::DeleteRolePermissionsBoundary::Response{};
}

}  // namespace bedplate::operations
