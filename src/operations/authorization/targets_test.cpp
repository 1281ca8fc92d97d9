// IAM's own resources: their ARNs have a path, and what is known of them are condition keys.
#include "operations/authorization/targets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "api/iam.hpp"
#include "api/operations.hpp"
#include "operations/authorization/questions.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::operations::authorization {
namespace {

namespace policy = identity::policy;

constexpr std::string_view kBoundary = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly";

identity::AccountRows rows() {
  identity::AccountRows out;
  out.account.id = "111122223333";
  auto bob = std::make_shared<identity::StoredUser>();
  bob->record.account_id = out.account.id;
  bob->record.name = "bob";
  bob->record.path = "/team/";
  bob->record.tags = {{"team", "blue"}};
  bob->record.boundary = kBoundary;
  bob->arn = "arn:aws:iam::111122223333:user/team/bob";
  out.users.emplace("bob", bob);
  return out;
}

class IamTargets : public ::testing::Test {
 protected:
  IamTargets() {
    principal_.account_id = "111122223333";
    principal_.region = "us-east-1";
    principal_.user_name = "anna";
    policy::Caller caller;
    caller.type = policy::Caller::Type::kUser;
    caller.arn = "arn:aws:iam::111122223333:user/anna";
    caller.account_id = principal_.account_id;
    caller.user_name = "anna";
    principal_.caller = std::make_shared<const policy::Caller>(caller);
  }

  static const protocol::OperationDescriptor& operation(std::string_view name) {
    for (const protocol::OperationDescriptor& one : api::kOperations) {
      if (one.service->service == protocol::Service::kIam && one.name == name) return one;
    }
    throw std::out_of_range(std::string(name));
  }

  template <class Request>
  Questions ask(std::string_view name, std::string_view body) const {
    static const auto kCatalogue = inference::ModelCatalogue::parse("[]", "[]");
    const auto input = protocol::from_json<Request>(boost::json::parse(body));
    return operation_questions(operation(name), {&Request::kShape, &input},
                               {{principal_, &account_, kCatalogue}, nullptr, Timestamp{}});
  }

  static std::vector<std::string> arns(const Questions& questions) {
    std::vector<std::string> out;
    for (const Question& question : questions.all) {
      out.push_back(question.action + " " + question.target.arn);
    }
    return out;
  }

  identity::Principal principal_;
  identity::Account account_{rows()};
};

using Strings = std::vector<std::string>;

TEST_F(IamTargets, KnownUsersHaveTheirPath) {
  EXPECT_EQ(arns(ask<api::iam::GetUserRequest>("GetUser", R"({"UserName":"bob"})")),
            Strings{"iam:GetUser arn:aws:iam::111122223333:user/team/bob"});
  EXPECT_EQ(arns(ask<api::iam::GetUserRequest>("GetUser", R"({"UserName":"eve"})")),
            Strings{"iam:GetUser arn:aws:iam::111122223333:user/eve"});
  EXPECT_EQ(arns(ask<api::iam::GetUserRequest>("GetUser", "{}")),
            Strings{"iam:GetUser arn:aws:iam::111122223333:user/anna"});
}

TEST_F(IamTargets, NewOnesAreAskedAboutWhereTheyWillBe) {
  EXPECT_EQ(
      arns(ask<api::iam::CreateUserRequest>(
          "CreateUser", R"({"UserName":"eve","Path":"/team/","Tags":[{"Key":"a","Value":"b"}]})")),
      (Strings{"iam:CreateUser arn:aws:iam::111122223333:user/team/eve",
               "iam:TagUser arn:aws:iam::111122223333:user/team/eve"}));
  EXPECT_EQ(arns(ask<api::iam::CreatePolicyRequest>("CreatePolicy",
                                                    R"({"PolicyName":"p","PolicyDocument":"{}"})")),
            Strings{"iam:CreatePolicy arn:aws:iam::111122223333:policy/p"});
  EXPECT_EQ(arns(ask<api::iam::ListUsersRequest>("ListUsers", R"({"PathPrefix":"/team/"})")),
            Strings{"iam:ListUsers arn:aws:iam::111122223333:user/team/"});
}

TEST_F(IamTargets, RenamingNeedsLeaveOnBothEnds) {
  const auto ask_to = [&](std::string_view change) {
    return arns(ask<api::iam::UpdateUserRequest>("UpdateUser",
                                                 fmt::format(R"({{"UserName":"bob"{}}})", change)));
  };
  const std::string old_one = "iam:UpdateUser arn:aws:iam::111122223333:user/team/bob";
  EXPECT_EQ(ask_to(R"(,"NewUserName":"rob")"),
            (Strings{old_one, "iam:UpdateUser arn:aws:iam::111122223333:user/team/rob"}));
  EXPECT_EQ(ask_to(R"(,"NewPath":"/")"),
            (Strings{old_one, "iam:UpdateUser arn:aws:iam::111122223333:user/bob"}));
  EXPECT_EQ(ask_to(""), Strings{old_one});
}

TEST_F(IamTargets, ABoundaryAndTagsAreConditions) {
  const auto questions = ask<api::iam::PutUserPolicyRequest>(
      "PutUserPolicy", R"({"UserName":"bob","PolicyName":"p","PolicyDocument":"{}"})");
  const auto allowed_if = [&](std::string_view condition) {
    policy::PrincipalPolicies policies;
    policies.identity.push_back(
        {policy::Policy::parse(
             fmt::format(R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",
                 "Action":"iam:*","Resource":"*","Condition":{}}}]}})",
                         condition),
             policy::DocumentKind::kManaged),
         "test", ""});
    return !answer(questions.all.at(0), questions.keys, principal_, policies);
  };
  EXPECT_TRUE(allowed_if(
      fmt::format(R"({{"StringEquals":{{"iam:PermissionsBoundary":"{}"}}}})", kBoundary)));
  EXPECT_FALSE(allowed_if(R"({"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::aws:x"}})"));
  EXPECT_TRUE(allowed_if(R"({"StringEquals":{"aws:ResourceTag/team":"blue"}})"));
  EXPECT_TRUE(allowed_if(R"({"StringEquals":{"iam:ResourceTag/team":"blue"}})"));
  EXPECT_FALSE(allowed_if(R"({"StringEquals":{"aws:ResourceTag/team":"red"}})"));
}

// A policy of the account or of AWS is named by its ARN; what is AWS's is nobody else's.
TEST_F(IamTargets, PoliciesOfAwsBelongToEverybody) {
  EXPECT_EQ(owner_of("arn:aws:iam::aws:policy/AmazonBedrockReadOnly"), "");
  EXPECT_EQ(owner_of("arn:aws:iam::999988887777:policy/x"), "999988887777");
  EXPECT_EQ(owner_of("arn:aws:bedrock:us-east-1::foundation-model/x"), "");
  EXPECT_EQ(owner_of("*"), "");
}

}  // namespace
}  // namespace bedplate::operations::authorization
