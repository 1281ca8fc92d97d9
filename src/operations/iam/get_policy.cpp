// GetPolicy: one of the account's, or one of AWS's.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::GetPolicy::Response> handle<op::iam::GetPolicy>(Context& context,
                                                              op::iam::GetPolicy::Request request) {
  const auto account = iam::account_of(context);
  const iam::PolicyUse use = iam::use_of(*account, request.PolicyArn);
  op::iam::GetPolicy::Response response;
  if (const identity::StoredPolicy* policy = account->find_policy(request.PolicyArn)) {
    response.Policy = iam::describe(policy->record, use, iam::Detail::kFull);
  } else if (const auto* aws = identity::policy::find_aws_managed_policy(request.PolicyArn)) {
    response.Policy = iam::describe(*aws, use);
  } else {
    throw iam::policy_not_found(request.PolicyArn);
  }
  co_return response;
}

}  // namespace bedplate::operations
