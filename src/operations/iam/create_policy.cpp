// CreatePolicy: a managed policy and its first version.
#include "operations/iam/descriptions.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/tags.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::CreatePolicy::Response> handle<op::iam::CreatePolicy>(
    Context& context, op::iam::CreatePolicy::Request request) {
  iam::check_document(request.PolicyDocument, identity::policy::DocumentKind::kManaged);
  auto policy = iam::new_record<iam::PolicyRecord>(context, request.PolicyName, request.Path);
  iam::put_tags(policy, iam::read_tags(request.Tags));
  policy.description = request.Description;
  policy.versions.push_back({1, request.PolicyDocument, policy.created_ms});
  const auto change = [policy](storage::Transaction& transaction) mutable {
    iam::create_record(transaction, policy);
    return policy;
  };
  const iam::PolicyRecord made = co_await iam::change_rows(context, change);
  op::iam::CreatePolicy::Response response;
  response.Policy = iam::describe(made, {}, iam::Detail::kFull);
  co_return response;
}

}  // namespace bedplate::operations
