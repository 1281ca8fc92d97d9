// CreatePolicyVersion: five at most, and numbers are never used again.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/policy_versions.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kVersionsMax = 5;

}  // namespace

template <>
Task<op::iam::CreatePolicyVersion::Response> handle<op::iam::CreatePolicyVersion>(
    Context& context, op::iam::CreatePolicyVersion::Request request) {
  iam::check_document(request.PolicyDocument, identity::policy::DocumentKind::kManaged);
  const Timestamp now = std::chrono::floor<std::chrono::seconds>(context.services.clock.now());
  identity::iam::PolicyVersionRecord version;
  version.document = request.PolicyDocument;
  version.created_ms = identity::iam::milliseconds(now);
  const bool as_default = request.SetAsDefault.value_or(false);
  const auto change = [version, as_default](iam::PolicyRecord& policy) {
    if (policy.versions.size() >= kVersionsMax) {
      throw errors::limit_exceeded(
          "A managed policy can have up to 5 versions. Before you create a new version, you must "
          "delete an existing version.");
    }
    policy.versions.push_back(version);
    policy.versions.back().number = policy.next_version++;
    if (as_default) policy.default_version = policy.versions.back().number;
  };
  const iam::PolicyRecord policy = co_await iam::edit_policy(context, request.PolicyArn, change);
  op::iam::CreatePolicyVersion::Response response;
  response.PolicyVersion.emplace();
  response.PolicyVersion->VersionId = iam::version_id(policy.next_version - 1);
  response.PolicyVersion->IsDefaultVersion = as_default;
  response.PolicyVersion->CreateDate = now;
  co_return response;
}

}  // namespace bedplate::operations
