// PutUserPolicy, PutGroupPolicy and PutRolePolicy.
#include "operations/iam/documents.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

template <class Record>
Task<> put(Context& context, std::string name, std::string policy_name, std::string document,
           identity::policy::DocumentKind kind) {
  iam::check_document(document, kind);
  const auto change = [=](storage::Transaction&, Record& record) {
    record.inline_policies[policy_name] = document;
    iam::check_inline_size(record, kind);
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

}  // namespace

template <>
Task<op::iam::PutUserPolicy::Response> handle<op::iam::PutUserPolicy>(
    Context& context, op::iam::PutUserPolicy::Request request) {
  co_await put<iam::UserRecord>(context, request.UserName, request.PolicyName,
                                request.PolicyDocument,
                                identity::policy::DocumentKind::kInlineUser);
  co_return op::iam::PutUserPolicy::Response{};
}

template <>
Task<op::iam::PutGroupPolicy::Response> handle<op::iam::PutGroupPolicy>(
    Context& context, op::iam::PutGroupPolicy::Request request) {
  co_await put<iam::GroupRecord>(context, request.GroupName, request.PolicyName,
                                 request.PolicyDocument,
                                 identity::policy::DocumentKind::kInlineGroup);
  co_return op::iam::PutGroupPolicy::Response{};
}

template <>
Task<op::iam::PutRolePolicy::Response> handle<op::iam::PutRolePolicy>(
    Context& context, op::iam::PutRolePolicy::Request request) {
  co_await put<iam::RoleRecord>(context, request.RoleName, request.PolicyName,
                                request.PolicyDocument,
                                identity::policy::DocumentKind::kInlineRole);
  co_return op::iam::PutRolePolicy::Response{};
}

}  // namespace bedplate::operations
