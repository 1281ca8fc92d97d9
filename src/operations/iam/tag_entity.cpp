// Tagging and untagging users, roles and policies.
#include "operations/iam/policy_versions.hpp"
#include "operations/iam/rows.hpp"
#include "operations/iam/tags.hpp"

namespace bedplate::operations {

template <>
Task<op::iam::TagUser::Response> handle<op::iam::TagUser>(Context& context,
                                                          op::iam::TagUser::Request request) {
  const identity::iam::Tags tags = iam::read_tags(request.Tags);
  const auto change = [tags](storage::Transaction&, iam::UserRecord& record) {
    iam::put_tags(record, tags);
  };
  co_await iam::edit_record<iam::UserRecord>(context, request.UserName, change);
  co_return op::iam::TagUser::Response{};
}

template <>
Task<op::iam::UntagUser::Response> handle<op::iam::UntagUser>(Context& context,
                                                              op::iam::UntagUser::Request request) {
  const std::vector<std::string> keys = request.TagKeys;
  const auto change = [keys](storage::Transaction&, iam::UserRecord& record) {
    iam::remove_tags(record, keys);
  };
  co_await iam::edit_record<iam::UserRecord>(context, request.UserName, change);
  co_return op::iam::UntagUser::Response{};
}

template <>
Task<op::iam::TagRole::Response> handle<op::iam::TagRole>(Context& context,
                                                          op::iam::TagRole::Request request) {
  const identity::iam::Tags tags = iam::read_tags(request.Tags);
  const auto change = [tags](storage::Transaction&, iam::RoleRecord& record) {
    iam::put_tags(record, tags);
  };
  co_await iam::edit_record<iam::RoleRecord>(context, request.RoleName, change);
  co_return op::iam::TagRole::Response{};
}

template <>
Task<op::iam::UntagRole::Response> handle<op::iam::UntagRole>(Context& context,
                                                              op::iam::UntagRole::Request request) {
  const std::vector<std::string> keys = request.TagKeys;
  const auto change = [keys](storage::Transaction&, iam::RoleRecord& record) {
    iam::remove_tags(record, keys);
  };
  co_await iam::edit_record<iam::RoleRecord>(context, request.RoleName, change);
  co_return op::iam::UntagRole::Response{};
}

template <>
Task<op::iam::TagPolicy::Response> handle<op::iam::TagPolicy>(Context& context,
                                                              op::iam::TagPolicy::Request request) {
  const identity::iam::Tags tags = iam::read_tags(request.Tags);
  const auto change = [tags](iam::PolicyRecord& policy) { iam::put_tags(policy, tags); };
  co_await iam::edit_policy(context, request.PolicyArn, change);
  co_return op::iam::TagPolicy::Response{};
}

template <>
Task<op::iam::UntagPolicy::Response> handle<op::iam::UntagPolicy>(
    Context& context, op::iam::UntagPolicy::Request request) {
  const std::vector<std::string> keys = request.TagKeys;
  const auto change = [keys](iam::PolicyRecord& policy) { iam::remove_tags(policy, keys); };
  co_await iam::edit_policy(context, request.PolicyArn, change);
  co_return op::iam::UntagPolicy::Response{};
}

}  // namespace bedplate::operations
