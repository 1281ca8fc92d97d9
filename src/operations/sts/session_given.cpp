#include "operations/sts/session_given.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/iam_errors.hpp"
#include "identity/policy/policy.hpp"
#include "operations/iam/documents.hpp"

namespace bedplate::operations {
namespace {

using identity::SessionClaims;
using identity::SessionSealer;

constexpr std::size_t kPolicyArnsMax = 10;
constexpr std::size_t kPlainCharactersMax = 2'048;

ApiError too_large(std::size_t percent) {
  return errors::packed_policy_too_large(fmt::format(
      "Packed policy consumes {}% of allotted space, please use smaller policy.", percent));
}

std::size_t percent_of(std::size_t part, std::size_t whole) {
  return (part * 100 + whole - 1) / whole;
}

}  // namespace

bool has_tag_key(const std::vector<std::pair<std::string, std::string>>& tags,
                 std::string_view key) {
  const std::string folded = identity::policy::lower_case(key);
  return std::any_of(tags.begin(), tags.end(), [&](const auto& tag) {
    return identity::policy::lower_case(tag.first) == folded;
  });
}

void add_session_tags(const std::optional<std::vector<api::sts::Tag>>& tags,
                      SessionClaims& claims) {
  if (!tags) return;
  for (const api::sts::Tag& tag : *tags) {
    if (has_tag_key(claims.tags, tag.Key)) {
      throw errors::invalid_parameter_value(
          "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    claims.tags.emplace_back(tag.Key, tag.Value);
  }
}

void add_session_policies(
    const identity::Account& account, const std::optional<std::string>& policy,
    const std::optional<std::vector<api::sts::PolicyDescriptorType>>& policy_arns,
    SessionClaims& claims) {
  std::size_t characters = 0;
  if (policy) {
    iam::check_document(*policy, identity::policy::DocumentKind::kSession);
    claims.policy = *policy;
    characters += identity::policy::size_characters(claims.policy);
  }
  if (!policy_arns) return;
  if (policy_arns->size() > kPolicyArnsMax) {
    throw errors::validation(
        fmt::format("A session has at most {} managed policies.", kPolicyArnsMax));
  }
  for (const api::sts::PolicyDescriptorType& descriptor : *policy_arns) {
    const std::string arn = descriptor.arn.value_or("");
    if (!account.managed(arn)) {
      throw errors::validation(fmt::format("The policy {} does not exist.", arn));
    }
    characters += arn.size();
    claims.policy_arns.push_back(arn);
  }
  if (characters > kPlainCharactersMax) {
    throw too_large(percent_of(characters, kPlainCharactersMax));
  }
}

std::optional<std::int32_t> packed_size_percent(const SessionClaims& claims) {
  if (claims.policy.empty() && claims.policy_arns.empty() && claims.tags.empty()) {
    return std::nullopt;
  }
  const std::size_t percent =
      percent_of(SessionSealer::packed_bytes(claims), SessionSealer::kPackedBytesMax);
  if (percent > 100) throw too_large(percent);
  return static_cast<std::int32_t>(percent);
}

}  // namespace bedplate::operations
