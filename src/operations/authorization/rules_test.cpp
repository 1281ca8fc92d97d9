#include "operations/authorization/rules.hpp"

#include <gtest/gtest.h>

#include "api/operations.hpp"
#include "base/arn.hpp"
#include "operations/authorization/input_values.hpp"

namespace bedplate::operations::authorization {
namespace {

using Kind = ResourceRule::Kind;

std::string name_of(const protocol::OperationDescriptor& operation) {
  return std::string(operation.service->key) + "." + std::string(operation.name);
}

/// All members that a rule reads.
std::vector<std::string> members_of(const Rule& rule) {
  std::vector<std::string> out = rule.guardrail;
  for (const ResourceRule& resource : rule.resources) {
    out.insert(out.end(), resource.members.begin(), resource.members.end());
  }
  for (const TagRule& tags : rule.tags) out.push_back(tags.member);
  for (const auto& [key, member] : rule.keys) out.push_back(member);
  for (const std::string& member : {rule.tag_keys, rule.pass_role}) {
    if (!member.empty()) out.push_back(member);
  }
  return out;
}

const protocol::OperationDescriptor& operation(std::string_view service, std::string_view name) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    if (one.service->key == service && one.name == name) return one;
  }
  throw std::out_of_range(std::string(name));
}

// rule_of() throws when an operation has no entry, or an entry no operation.
TEST(AuthorizationTable, HasEveryOperationAndNoOther) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    EXPECT_NO_THROW(rule_of(one)) << name_of(one);
  }
}

TEST(AuthorizationTable, ReadsMembersThatTheInputsHave) {
  int built = 0;
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    if (one.input == nullptr) continue;
    ++built;
    for (const std::string& member : members_of(rule_of(one))) {
      EXPECT_TRUE(has_path(*one.input, member)) << name_of(one) << " has no " << member;
    }
  }
  EXPECT_GT(built, 10);
}

/// Every label of a path names the resource or a part of it, so a rule that ignores all of them
/// forgot something.
TEST(AuthorizationTable, LooksAtTheResourceInThePath) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    const Rule& rule = rule_of(one);
    if (one.path.find('{') == one.path.npos || !rule.resources.empty()) continue;
    // Marketplace endpoints are one resource in policies; AWS asks for `*` on agreements and
    // enforced guardrails.
    EXPECT_TRUE(one.name.find("Agreement") != one.name.npos ||
                one.name.find("EnforcedGuardrail") != one.name.npos ||
                one.name == "GetFoundationModelAvailability" || one.name == "InvokeInlineAgent")
        << name_of(one) << " " << one.path;
  }
}

TEST(AuthorizationTable, HasOneIdForEveryPlaceInAnArn) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    for (const ResourceRule& resource : rule_of(one).resources) {
      if (resource.kind != Kind::kNamed) continue;
      std::size_t places = 0;
      for (auto at = resource.arn.find("{}"); at != resource.arn.npos;
           at = resource.arn.find("{}", at + 2)) {
        ++places;
      }
      EXPECT_EQ(resource.members.size(), places) << name_of(one);
    }
  }
}

TEST(AuthorizationTable, ArnsAreOfTheServiceOfTheAction) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    for (const ResourceRule& resource : rule_of(one).resources) {
      if (resource.arn.empty()) continue;
      const auto arn = parse_arn(resource.arn);
      ASSERT_TRUE(arn) << name_of(one);
      const std::string_view action = one.iam_action;
      EXPECT_EQ(arn->service, action.substr(0, action.find(':'))) << name_of(one);
    }
  }
}

TEST(AuthorizationTable, AsksForNothingOnlyWhereAwsDoes) {
  std::vector<std::string> not_asked;
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    if (rule_of(one).not_asked) not_asked.push_back(name_of(one));
  }
  EXPECT_EQ(not_asked, (std::vector<std::string>{"sts.AssumeRole", "sts.AssumeRoleWithSAML",
                                                 "sts.AssumeRoleWithWebIdentity",
                                                 "sts.GetCallerIdentity", "sts.GetSessionToken"}));
}

TEST(AuthorizationTable, EveryMemberThatIsARoleForBedrockIsPassed) {
  for (const char* name : {"CreateModelCustomizationJob", "CreateModelInvocationJob",
                           "CreateModelImportJob", "CreateEvaluationJob", "CreateCustomModel"}) {
    EXPECT_EQ(rule_of(operation("control", name)).pass_role, "roleArn") << name;
  }
  for (const char* name : {"CreateAgent", "UpdateAgent"}) {
    EXPECT_EQ(rule_of(operation("agent", name)).pass_role, "agentResourceRoleArn") << name;
  }
  for (const char* name : {"CreateKnowledgeBase", "UpdateKnowledgeBase"}) {
    EXPECT_EQ(rule_of(operation("agent", name)).pass_role, "roleArn") << name;
  }
}

TEST(AuthorizationTable, HasTheExceptionsAmongTheActions) {
  EXPECT_EQ(operation("runtime", "Converse").iam_action, "bedrock:InvokeModel");
  EXPECT_EQ(operation("runtime", "ConverseStream").iam_action,
            "bedrock:InvokeModelWithResponseStream");
  EXPECT_EQ(operation("runtime", "CountTokens").iam_action, "bedrock:CountTokens");
  EXPECT_EQ(operation("runtime", "StartAsyncInvoke").iam_action, "bedrock:InvokeModel");
}

}  // namespace
}  // namespace bedplate::operations::authorization
