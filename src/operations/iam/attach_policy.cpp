// AttachUserPolicy, AttachGroupPolicy and AttachRolePolicy. Attaching again changes nothing.
#include <algorithm>

#include "operations/iam/managed_policies.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations {
namespace {

// "IAM and AWS STS quotas"; quotas of that many for each kind.
constexpr std::size_t kAttachedMax = 10;

template <class Record>
std::string quota_name() {
  return fmt::format("PoliciesPer{}", iam::Quota<Record>::kNoun);
}

template <class Record>
Task<> attach(Context& context, std::string name, std::string arn) {
  const auto change = [arn](storage::Transaction& transaction, Record& record) {
    iam::require_attachable(transaction, record.account_id, arn);
    auto& attached = record.attached;
    if (std::find(attached.begin(), attached.end(), arn) != attached.end()) return;
    if (attached.size() >= kAttachedMax) {
      throw iam::over_quota(quota_name<Record>(), kAttachedMax);
    }
    attached.push_back(arn);
  };
  co_await iam::edit_record<Record>(context, std::move(name), change);
}

}  // namespace

template <>
Task<op::iam::AttachUserPolicy::Response> handle<op::iam::AttachUserPolicy>(
    Context& context, op::iam::AttachUserPolicy::Request request) {
  co_await attach<iam::UserRecord>(context, request.UserName, request.PolicyArn);
  co_return op::iam::AttachUserPolicy::Response{};
}

template <>
Task<op::iam::AttachGroupPolicy::Response> handle<op::iam::AttachGroupPolicy>(
    Context& context, op::iam::AttachGroupPolicy::Request request) {
  co_await attach<iam::GroupRecord>(context, request.GroupName, request.PolicyArn);
  co_return op::iam::AttachGroupPolicy::Response{};
}

template <>
Task<op::iam::AttachRolePolicy::Response> handle<op::iam::AttachRolePolicy>(
    Context& context, op::iam::AttachRolePolicy::Request request) {
  co_await attach<iam::RoleRecord>(context, request.RoleName, request.PolicyArn);
  co_return op::iam::AttachRolePolicy::Response{};
}

}  // namespace bedplate::operations
