#include "identity/policy/resource_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "identity/policy/pattern.hpp"
#include "identity/policy/policy.hpp"

namespace bedplate::identity::policy {
namespace {

constexpr std::size_t kColonsOfArn = 5;
constexpr std::size_t kConfinedWildcardsMax = 16;
constexpr std::string_view kIamPaths[] = {"user/",
                                          "federated-user/",
                                          "role/",
                                          "group/",
                                          "instance-profile/",
                                          "mfa/",
                                          "server-certificate/",
                                          "policy/",
                                          "sms-mfa/",
                                          "saml-provider/",
                                          "oidc-provider/",
                                          "report/",
                                          "access-report/"};

[[noreturn]] void refuse(const std::string& message) {
  throw PolicyError("MalformedPolicyDocument", message);
}

/// The parts before the first five colons and the rest.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() < kColonsOfArn) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) break;
    parts.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  parts.push_back(text);
  return parts;
}

std::string partition_problem(const std::vector<std::string_view>& parts) {
  std::string arn = "arn";
  for (std::size_t i = 1; i <= kColonsOfArn; ++i) {
    const bool given = i < parts.size() && !(i == 2 && parts.size() == 3 && parts[i].empty());
    arn.append(":").append(given ? parts[i] : std::string_view("*"));
  }
  return fmt::format("Partition \"{}\" is not valid for resource \"{}\".", parts[1], arn);
}

std::string iam_problem(std::string_view path) {
  const bool known =
      path == "*" || std::any_of(std::begin(kIamPaths), std::end(kIamPaths),
                                 [&](auto start) { return path.starts_with(start); });
  if (known) return "";
  return fmt::format("IAM resource path must either be \"*\" or start with {}.",
                     fmt::join(kIamPaths, ", "));
}

std::string problem_of(std::string_view resource) {
  if (resource == "*") return "";
  const std::vector<std::string_view> parts = parts_of(resource);
  if (parts.size() == 1) {
    return fmt::format("Resource {} must be in ARN format or \"*\".", resource);
  }
  if (parts[1] != "aws" && parts[1] != "*") return partition_problem(parts);
  if (parts.size() == 2) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  if (parts[0] != "arn") {
    return fmt::format("Resource {} must be in ARN format or \"*\".", resource);
  }
  const bool region = parts.size() <= 3 || !parts[3].empty();
  if (parts[2] == "iam" && region) {
    return fmt::format("IAM resource {} cannot contain region information.", resource);
  }
  if (parts[2] == "s3" && region) {
    return fmt::format("Resource {} can not contain region information.", resource);
  }
  if (parts[2] == "iam") return iam_problem(parts.size() == 6 ? parts[5] : std::string_view());
  if (parts[2].find_first_of("*?") != std::string_view::npos && parts[2] != "*") {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  return "";
}

/// Not IAM's rules but this server's: what it could not do is refused, too.
std::string own_problem(std::string_view resource, bool variables) {
  if (Pattern::of_resource(resource, false).confined_wildcards() > kConfinedWildcardsMax) {
    return fmt::format("Resource {} has more than {} wildcards within the parts of its ARN.",
                       resource, kConfinedWildcardsMax);
  }
  if (!variables) return "";
  std::size_t colons = 0;
  for (std::size_t at = 0; at < resource.size() && colons < kColonsOfArn; ++at) {
    if (resource[at] == ':') ++colons;
    if (resource[at] == '$' && variable_length(resource, at) > 0) {
      return fmt::format("Resource {} has a policy variable before the resource part of its ARN.",
                         resource);
    }
  }
  return "";
}

}  // namespace

void check_action(std::string_view action) {
  const auto colons = std::count(action.begin(), action.end(), ':');
  if (colons == 0 && action != "*") {
    refuse("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (colons > 1) refuse("Actions/Condition can contain only one colon.");
  const std::string_view vendor = action.substr(0, action.find(':'));
  const bool valid = std::all_of(vendor.begin(), vendor.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
  if (vendor != "*" && (!valid || vendor.empty())) {
    refuse(fmt::format("Vendor {} is not valid", vendor));
  }
}

void check_resources(const std::vector<std::string>& resources, bool variables,
                     std::string& problem) {
  const bool earlier = !problem.empty();
  for (const std::string& resource : resources) {
    if (problem.empty()) problem = problem_of(resource);
    if (problem.empty()) problem = own_problem(resource, variables);
  }
  if (earlier || !problem.empty()) return;
  for (const std::string& resource : resources) {
    if (resource == "*") continue;
    const std::vector<std::string_view> parts = parts_of(resource);
    const bool incomplete = parts.size() <= kColonsOfArn && resource.find("::") != resource.npos;
    if (incomplete || parts[2].empty()) refuse("The policy failed legacy parsing");
  }
}

}  // namespace bedplate::identity::policy
