// UpdateRole, UpdateRoleDescription and UpdateAssumeRolePolicy.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/trusted_principals.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::UpdateRole::Response> handle<op::iam::UpdateRole>(
    Context& context, op::iam::UpdateRole::Request request) {
  const auto description = request.Description;
  const auto session_max_s = request.MaxSessionDuration;
  const auto change = [=](storage::Transaction&, iam::RoleRecord& role) {
    if (description) role.description = description;
    if (session_max_s) role.session_max_s = *session_max_s;
  };
  co_await iam::edit_record<iam::RoleRecord>(context, request.RoleName, change);
  co_return op::iam::UpdateRole::Response{};
}

template <>
Task<op::iam::UpdateRoleDescription::Response> handle<op::iam::UpdateRoleDescription>(
    Context& context, op::iam::UpdateRoleDescription::Request request) {
  const std::string description = request.Description;
  const auto change = [=](storage::Transaction&, iam::RoleRecord& role) {
    role.description = description;
  };
  const iam::RoleRecord role =
      co_await iam::edit_record<iam::RoleRecord>(context, request.RoleName, change);
  op::iam::UpdateRoleDescription::Response response;
  response.Role = iam::describe(context, role, iam::Detail::kFull);
  co_return response;
}

template <>
Task<op::iam::UpdateAssumeRolePolicy::Response> handle<op::iam::UpdateAssumeRolePolicy>(
    Context& context, op::iam::UpdateAssumeRolePolicy::Request request) {
  iam::check_document(request.PolicyDocument, identity::policy::DocumentKind::kTrust);
  const std::string document = request.PolicyDocument;
  const iam::TrustedPrincipals trusted(context);
  const auto change = [=](storage::Transaction& transaction, iam::RoleRecord& role) {
    role.trust_policy = trusted.pin(transaction, document);
  };
  co_await iam::edit_record<iam::RoleRecord>(context, request.RoleName, change);
  co_return op::iam::UpdateAssumeRolePolicy::Response{};
}

}  // namespace bedplate::operations
