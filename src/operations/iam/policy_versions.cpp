#include "operations/iam/policy_versions.hpp"

#include <charconv>

namespace bedplate::operations::iam {

std::int32_t version_number(const std::string& version_id) {
  std::int32_t number = 0;
  const char* end = version_id.data() + version_id.size();
  const auto [read, error] = std::from_chars(version_id.data() + 1, end, number);
  return error == std::errc{} && read == end ? number : 0;
}

ApiError no_such_version(const std::string& policy_arn, const std::string& version_id) {
  return errors::no_such_entity(fmt::format(
      "Policy {} version {} does not exist or is not attachable.", policy_arn, version_id));
}

const identity::iam::PolicyVersionRecord& require_version(const PolicyRecord& policy,
                                                          const std::string& version_id) {
  const auto* version = policy.find_version(version_number(version_id));
  if (version == nullptr) throw no_such_version(identity::iam::arn_of(policy), version_id);
  return *version;
}

}  // namespace bedplate::operations::iam
