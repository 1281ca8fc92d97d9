// ListPolicyVersions: the newest first, without documents.
#include <limits>

#include "operations/iam/descriptions.hpp"
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

// Keys rise from the newest version to the oldest.
std::string key_of(std::int32_t number) {
  return fmt::format("{:010}", std::numeric_limits<std::int32_t>::max() - number);
}

}  // namespace

template <>
Task<op::iam::ListPolicyVersions::Response> handle<op::iam::ListPolicyVersions>(
    Context& context, op::iam::ListPolicyVersions::Request request) {
  const auto account = iam::account_of(context);
  op::iam::ListPolicyVersions::Response response;
  auto& items = response.Versions.emplace();
  iam::Paging page(context, "versions " + request.PolicyArn, request.Marker, request.MaxItems);
  if (const identity::StoredPolicy* policy = account->find_policy(request.PolicyArn)) {
    const auto& versions = policy->record.versions;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (!page.takes(key_of(version->number))) continue;
      api::iam::PolicyVersion& item = items.emplace_back();
      item.VersionId = iam::version_id(version->number);
      item.IsDefaultVersion = version->number == policy->record.default_version;
      item.CreateDate = identity::iam::timestamp_of(version->created_ms);
    }
  } else if (const auto* aws = identity::policy::find_aws_managed_policy(request.PolicyArn)) {
    if (page.takes("0")) {
      api::iam::PolicyVersion& item = items.emplace_back();
      item.VersionId = aws->version_id;
      item.IsDefaultVersion = true;
      item.CreateDate = iam::describe(*aws, {}).CreateDate;
    }
  } else {
    throw iam::policy_not_found(request.PolicyArn);
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
