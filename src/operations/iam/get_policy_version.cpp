// GetPolicyVersion: with its document.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/policy_versions.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetPolicyVersion::Response> handle<op::iam::GetPolicyVersion>(
    Context& context, op::iam::GetPolicyVersion::Request request) {
  const auto account = iam::account_of(context);
  op::iam::GetPolicyVersion::Response response;
  api::iam::PolicyVersion& out = response.PolicyVersion.emplace();
  out.VersionId = request.VersionId;
  if (const identity::StoredPolicy* policy = account->find_policy(request.PolicyArn)) {
    const auto& version = iam::require_version(policy->record, request.VersionId);
    out.Document = iam::encoded_document(version.document);
    out.IsDefaultVersion = version.number == policy->record.default_version;
    out.CreateDate = identity::iam::timestamp_of(version.created_ms);
  } else if (const auto* aws = identity::policy::find_aws_managed_policy(request.PolicyArn)) {
    if (aws->version_id != request.VersionId) {
      throw iam::no_such_version(request.PolicyArn, request.VersionId);
    }
    out.Document = iam::encoded_document(aws->document);
    out.IsDefaultVersion = true;
    out.CreateDate = iam::describe(*aws, {}).CreateDate;
  } else {
    throw iam::policy_not_found(request.PolicyArn);
  }
  co_return response;
}

}  // namespace bedplate::operations
