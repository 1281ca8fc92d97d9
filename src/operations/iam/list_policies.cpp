// ListPolicies: the account's, and those of AWS's that this server has.
#include <algorithm>

#include "operations/iam/descriptions.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

struct Filter {
  std::string scope, prefix, usage;
  bool attached = false;

  std::string text() const {
    return fmt::format("policies {} {} {} {}", scope, usage, attached, prefix);
  }
  bool takes(const api::iam::Policy& policy) const {
    if (!policy.Path->starts_with(prefix)) return false;
    if (usage == "PermissionsBoundary") return *policy.PermissionsBoundaryUsageCount > 0;
    if (usage == "PermissionsPolicy" || attached) return *policy.AttachmentCount > 0;
    return true;
  }
};

iam::PolicyUse find(const iam::PolicyUses& uses, const std::string& arn) {
  const auto found = uses.find(arn);
  return found == uses.end() ? iam::PolicyUse{} : found->second;
}

// Of AWS's and one's own that have the same name, AWS's come first.
std::string key_of(const api::iam::Policy& policy) {
  const bool of_aws = policy.Arn->starts_with("arn:aws:iam::aws:");
  return *policy.PolicyName + (of_aws ? " 1" : " 2");
}

}  // namespace

template <>
Task<op::iam::ListPolicies::Response> handle<op::iam::ListPolicies>(
    Context& context, op::iam::ListPolicies::Request request) {
  const Filter filter{request.Scope.value_or("All"), request.PathPrefix.value_or("/"),
                      request.PolicyUsageFilter.value_or(""), request.OnlyAttached.value_or(false)};
  const auto account = iam::account_of(context);
  const iam::PolicyUses uses = iam::uses_of(*account);
  std::vector<api::iam::Policy> all;
  if (filter.scope != "Local") {
    for (const auto& aws : identity::policy::aws_managed_policies()) {
      all.push_back(iam::describe(aws, find(uses, aws.arn)));
    }
  }
  if (filter.scope != "AWS") {
    for (const auto& [name, own] : account->policies()) {
      all.push_back(iam::describe(own->record, find(uses, own->arn), iam::Detail::kInList));
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  iam::Paging page(context, filter.text(), request.Marker, request.MaxItems);
  op::iam::ListPolicies::Response response;
  auto& policies = response.Policies.emplace();
  for (api::iam::Policy& policy : all) {
    if (filter.takes(policy) && page.takes(key_of(policy))) policies.push_back(std::move(policy));
  }
  page.finish(response);
  co_return response;
}

}  // namespace bedplate::operations
