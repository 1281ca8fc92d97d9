#include "identity/policy/aws_managed_policies.hpp"

#include <boost/json.hpp>

namespace bedplate::identity::policy {

// From CMake's bedplate_embed.
namespace embedded {
std::string_view administrator_access_json();
std::string_view amazon_bedrock_full_access_json();
std::string_view amazon_bedrock_limited_access_json();
std::string_view amazon_bedrock_marketplace_access_json();
std::string_view amazon_bedrock_read_only_json();
}  // namespace embedded

namespace {

namespace json = boost::json;

AwsManagedPolicy read(std::string_view file) {
  const json::value parsed = json::parse(json::string_view(file.data(), file.size()));
  const auto text = [&](const char* name) { return std::string(parsed.at(name).as_string()); };
  AwsManagedPolicy policy;
  policy.name = text("PolicyName");
  policy.arn = text("Arn");
  policy.version_id = text("VersionId");
  policy.create_date = text("CreateDate");
  policy.document = json::serialize(parsed.at("Document"));
  policy.policy = Policy::parse(policy.document, DocumentKind::kAwsManaged);
  return policy;
}

}  // namespace

const std::vector<AwsManagedPolicy>& aws_managed_policies() {
  static const std::vector<AwsManagedPolicy> policies = [] {
    std::vector<AwsManagedPolicy> all;
    for (const std::string_view file :
         {embedded::administrator_access_json(), embedded::amazon_bedrock_full_access_json(),
          embedded::amazon_bedrock_limited_access_json(),
          embedded::amazon_bedrock_marketplace_access_json(),
          embedded::amazon_bedrock_read_only_json()}) {
      all.push_back(read(file));
    }
    return all;
  }();
  return policies;
}

const AwsManagedPolicy* find_aws_managed_policy(std::string_view arn) {
  for (const AwsManagedPolicy& policy : aws_managed_policies()) {
    if (policy.arn == arn) return &policy;
  }
  return nullptr;
}

}  // namespace bedplate::identity::policy
