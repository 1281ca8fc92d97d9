// Whether the caller may do what they ask S3 for: identity-based and session policies, and the
// bucket's own (docs/s3.md, "Permissions").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/policy/evaluation.hpp"
#include "operations/s3/call.hpp"

namespace bedplate::operations::s3 {

using ConditionKeys = std::vector<std::pair<std::string, std::string>>;

/// What is asked of one bucket. Whoever may do everything is asked nothing, and nothing is read for
/// them.
class Access {
 public:
  /// Reads the bucket's owner and policy. Throws ObjectsError kNoSuchBucket, and S3Error
  /// AccessDenied when `x-amz-expected-bucket-owner` is another account.
  static Task<Access> to_bucket(Call& call, std::string bucket);
  /// For what belongs to no bucket.
  static Access to_account(Call& call);

  /// Throws S3Error AccessDenied.
  void require(std::string_view action, std::string_view arn, const ConditionKeys& keys = {}) const;
  bool allows(std::string_view action, std::string_view arn, const ConditionKeys& keys = {}) const;

 private:
  explicit Access(Call& call) : call_(&call) {}
  bool asked() const { return call_->context.principal.policies != nullptr; }
  identity::policy::Decision decide(std::string_view action, std::string_view arn,
                                    const ConditionKeys& keys, std::string* denial) const;

  Call* call_;
  std::string owner_;
  identity::policy::ResourcePolicies policies_;
  std::shared_ptr<const identity::policy::Context> keys_;
};

/// A bucket's policy, compiled; those that were compiled lately are remembered.
/// Throws identity::policy::PolicyError.
std::shared_ptr<const identity::policy::Policy> compiled_policy(const std::string& document);

}  // namespace bedplate::operations::s3
