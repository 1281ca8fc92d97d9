// AWS's own policies that users of Bedrock attach, as they were published: data files in
// aws_managed/, part of the binary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "identity/policy/policy.hpp"

namespace bedplate::identity::policy {

struct AwsManagedPolicy {
  std::string name;
  std::string arn;          ///< arn:aws:iam::aws:policy/…
  std::string version_id;   ///< AWS's number for this text, e.g. v11
  std::string create_date;  ///< of this version, ISO 8601
  std::string document;     ///< JSON
  std::shared_ptr<const Policy> policy;
};

/// All of them, in the order of their names; read once.
const std::vector<AwsManagedPolicy>& aws_managed_policies();

/// Null when AWS has no such policy, or this server does not know it.
const AwsManagedPolicy* find_aws_managed_policy(std::string_view arn);

}  // namespace bedplate::identity::policy
