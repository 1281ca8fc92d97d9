// CreateRole.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/tags.hpp"
#include "operations/iam/trusted_principals.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::CreateRole::Response> handle<op::iam::CreateRole>(
    Context& context, op::iam::CreateRole::Request request) {
  iam::check_document(request.AssumeRolePolicyDocument, identity::policy::DocumentKind::kTrust);
  auto role = iam::new_record<iam::RoleRecord>(context, request.RoleName, request.Path);
  iam::put_tags(role, iam::read_tags(request.Tags));
  role.description = request.Description;
  if (request.MaxSessionDuration) role.session_max_s = *request.MaxSessionDuration;
  if (request.PermissionsBoundary) role.boundary = *request.PermissionsBoundary;
  const iam::TrustedPrincipals trusted(context);
  const std::string document = request.AssumeRolePolicyDocument;
  const auto change = [role, trusted, document](storage::Transaction& transaction) mutable {
    iam::require_boundary(transaction, role);
    role.trust_policy = trusted.pin(transaction, document);
    iam::create_record(transaction, role);
    return role;
  };
  const iam::RoleRecord made = co_await iam::change_rows(context, change);
  op::iam::CreateRole::Response response;
  response.Role = iam::describe(context, made, iam::Detail::kFull);
  co_return response;
}

}  // namespace bedplate::operations
