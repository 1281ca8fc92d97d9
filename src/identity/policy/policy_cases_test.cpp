// The table of cases: policy_cases.json.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "identity/policy/aws_managed_policies.hpp"
#include "identity/policy/explanation.hpp"

namespace bedplate::identity::policy {
namespace {

namespace json = boost::json;

constexpr std::size_t kCasesMin = 200;
constexpr std::string_view kAnna = "arn:aws:iam::111122223333:user/anna";
constexpr std::string_view kModel =
    "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0";

const json::object& table() {
  static const json::value parsed = [] {
    const char* source = std::getenv("BEDPLATE_SOURCE_DIR");
    const std::string root = source != nullptr ? source : ".";
    std::ifstream file(root + "/src/identity/policy/policy_cases.json");
    std::stringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
  }();
  return parsed.as_object();
}

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

std::vector<std::string> texts(const json::value& value) {
  std::vector<std::string> all;
  for (const json::value& one : value.as_array()) all.push_back(text(one));
  return all;
}

std::string document(const json::value& statements, const std::string& version = "2012-10-17") {
  return json::serialize(json::object{{"Version", version}, {"Statement", statements}});
}

AttachedPolicy attach(const std::string& document, DocumentKind kind) {
  return {Policy::parse(document, kind), "p", ""};
}

std::string outcome(const Decision& decision) {
  if (decision.allowed) return "allowed";
  return fmt::format("{}: {}", decision.reason == Reason::kExplicitDeny ? "explicit deny" : "none",
                     type_name(decision.type));
}

Caller caller_of(std::string_view arn) {
  Caller caller = parse_caller(arn).value();
  if (caller.type == Caller::Type::kUser) {
    caller.unique_id = "AIDAEXAMPLEEXAMPLE01";
    caller.tags = {{"team", "blue"}, {"star", "*"}};
  }
  return caller;
}

/// Whether one statement that allows lets the request through.
bool allows(const json::object& statement, std::string_view action, std::string_view resource,
            Context context = {}, const std::string& version = "2012-10-17") {
  const Caller caller = caller_of(kAnna);
  caller.describe(context);
  PrincipalPolicies policies;
  policies.identity.push_back(attach(document(statement, version), DocumentKind::kAwsManaged));
  return evaluate({caller, action, resource, "", context}, policies).allowed;
}

TEST(PolicyCases, TheTableIsLargeEnough) {
  std::size_t count = 0;
  for (const auto& [section, rows] : table()) {
    if (rows.is_array()) count += rows.as_array().size();
  }
  EXPECT_GE(count, kCasesMin);
}

TEST(PolicyCases, Actions) {
  for (const json::value& row : table().at("actions").as_array()) {
    const json::object statement{{"Effect", "Allow"}, {"Action", row.at(0)}, {"Resource", "*"}};
    EXPECT_EQ(allows(statement, text(row.at(1)), kModel), row.at(2).as_bool()) << row;
  }
}

TEST(PolicyCases, Resources) {
  for (const json::value& row : table().at("resources").as_array()) {
    const json::object statement{{"Effect", "Allow"}, {"Action", "*"}, {"Resource", row.at(0)}};
    EXPECT_EQ(allows(statement, "bedrock:InvokeModel", text(row.at(1))), row.at(2).as_bool())
        << row;
    const json::object not_statement{
        {"Effect", "Allow"}, {"Action", "*"}, {"NotResource", row.at(0)}};
    EXPECT_EQ(allows(not_statement, "bedrock:InvokeModel", text(row.at(1))), !row.at(2).as_bool())
        << "NotResource: " << row;
  }
}

TEST(PolicyCases, Conditions) {
  for (const json::value& row : table().at("conditions").as_array()) {
    const json::object statement{{"Effect", "Allow"},
                                 {"Action", "*"},
                                 {"Resource", "*"},
                                 {"Condition", {{text(row.at(0)), {{"test:Key", row.at(1)}}}}}};
    Context context;
    if (row.at(2).is_array()) context.set("test:key", texts(row.at(2)));
    EXPECT_EQ(allows(statement, "bedrock:InvokeModel", kModel, context), row.at(3).as_bool())
        << row;
  }
}

TEST(PolicyCases, Variables) {
  for (const json::value& row : table().at("variables").as_array()) {
    const json::object statement{{"Effect", "Allow"}, {"Action", "*"}, {"Resource", row.at(0)}};
    Context context;
    context.set("aws:TagKeys", std::vector<std::string>{"one", "two"});
    EXPECT_EQ(allows(statement, "s3:GetObject", text(row.at(1)), context, text(row.at(2))),
              row.at(3).as_bool())
        << row;
  }
}

/// A list of policies: each the statements of one, or the ARN of one of AWS's.
std::vector<AttachedPolicy> policies_of(const json::object& row, const char* name) {
  std::vector<AttachedPolicy> policies;
  const json::value* list = row.if_contains(name);
  if (list == nullptr) return policies;
  for (const json::value& one : list->as_array()) {
    if (one.is_string()) {
      policies.push_back({find_aws_managed_policy(text(one))->policy, text(one), text(one)});
    } else {
      policies.push_back(attach(document(one), DocumentKind::kManaged));
    }
  }
  return policies;
}

PrincipalPolicies principal_policies(const json::object& row) {
  PrincipalPolicies policies;
  policies.identity = policies_of(row, "identity");
  policies.session = policies_of(row, "session");
  if (const json::value* boundary = row.if_contains("boundary")) {
    policies.boundary = attach(document(*boundary), DocumentKind::kManaged);
  }
  return policies;
}

ResourcePolicies resource_policies(const json::object& row) {
  ResourcePolicies policies;
  if (const json::value* resource = row.if_contains("resource_policy")) {
    policies.attached.push_back(attach(document(*resource), DocumentKind::kResource));
  }
  if (const json::value* trust = row.if_contains("trust")) {
    policies.attached.push_back(attach(document(*trust), DocumentKind::kTrust));
    policies.of_role = true;
  }
  return policies;
}

std::string member(const json::object& row, const char* name, std::string_view otherwise) {
  const json::value* value = row.if_contains(name);
  return value != nullptr ? text(*value) : std::string(otherwise);
}

TEST(PolicyCases, Evaluation) {
  for (const json::value& value : table().at("evaluation").as_array()) {
    const json::object& row = value.as_object();
    const Caller caller = caller_of(member(row, "principal", kAnna));
    Context context;
    caller.describe(context);
    if (const json::value* keys = row.if_contains("context")) {
      for (const auto& [key, one] : keys->as_object()) context.set(key, text(one));
    }
    const PrincipalPolicies policies = principal_policies(row);
    const ResourcePolicies on_resource = resource_policies(row);
    const std::string action = member(row, "action", "bedrock:InvokeModel");
    const std::string resource = member(row, "resource", kModel);
    const std::string owner = member(row, "resource_account", "");
    const Request request{caller, action, resource, owner, context};
    EXPECT_EQ(outcome(evaluate(request, policies, on_resource)), text(row.at("expect"))) << value;
    EXPECT_EQ(outcome(explain(request, policies, on_resource).decision), text(row.at("expect")))
        << value;
  }
}

}  // namespace
}  // namespace bedplate::identity::policy
