#include "operations/authorization/questions.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>

#include "api/control.hpp"
#include "api/operations.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "identity/session_token.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::operations::authorization {
namespace {

namespace policy = identity::policy;

constexpr std::string_view kLlama = "meta.llama3-8b-instruct-v1:0";
constexpr std::string_view kLlamaArn =
    "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-8b-instruct-v1:0";

std::string allow(std::string_view actions, std::string_view resource,
                  std::string_view condition = "{}") {
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":
          [{{"Effect":"Allow","Action":{},"Resource":"{}","Condition":{}}}]}})",
      actions, resource, condition);
}

const protocol::OperationDescriptor& operation(std::string_view service, std::string_view name) {
  for (const protocol::OperationDescriptor& one : api::kOperations) {
    if (one.service->key == service && one.name == name) return one;
  }
  throw std::out_of_range(std::string(name));
}

class Authorization : public ::testing::Test {
 protected:
  Authorization() {
    principal_.kind = identity::Principal::Kind::kAccessKey;
    principal_.account_id = "111122223333";
    principal_.region = "us-east-1";
    principal_.user_name = "anna";
    policy::Caller caller;
    caller.type = policy::Caller::Type::kUser;
    caller.arn = principal_.arn = "arn:aws:iam::111122223333:user/anna";
    caller.account_id = principal_.account_id;
    caller.user_name = "anna";
    caller.unique_id = "AIDAANNA";
    caller.tags = {{"team", "blue"}};
    principal_.caller = std::make_shared<const policy::Caller>(caller);
    request_.peer_address = "10.1.2.3";
    request_.headers.add("User-Agent", "Boto3/1.40");
  }

  void give(const std::string& document) {
    policies_.identity.push_back(
        {policy::Policy::parse(document, policy::DocumentKind::kManaged), "test", ""});
  }

  Asking asking() const { return {{principal_, nullptr, catalogue()}, &request_, now_}; }

  static const inference::ModelCatalogue& catalogue() {
    static const inference::ModelCatalogue kCatalogue = inference::ModelCatalogue::built_in();
    return kCatalogue;
  }

  /// The text of the first denial; empty: allowed.
  std::string outcome(const Questions& questions) const {
    for (const Question& question : questions.all) {
      if (auto denial = answer(question, questions.keys, principal_, policies_)) {
        EXPECT_EQ(denial->type, "AccessDeniedException");
        EXPECT_EQ(denial->http_status, 403);
        return denial->what();
      }
    }
    return {};
  }

  template <class Request>
  Questions questions(const protocol::OperationDescriptor& descriptor,
                      std::string_view body) const {
    const auto input = protocol::from_json<Request>(boost::json::parse(body));
    return operation_questions(descriptor, {&Request::kShape, &input}, asking());
  }

  std::string converse(std::string_view model, std::string_view more = "") const {
    return outcome(questions<api::runtime::ConverseRequest>(
        operation("runtime", "Converse"), fmt::format(R"({{"modelId":"{}"{}}})", model, more)));
  }

  /// What is asked of a model behind an identifier.
  std::string resolved(std::string_view model_id, std::string_view profile_id = "") const {
    inference::ResolvedModel target;
    target.model = catalogue().find(model_id);
    target.profile_id = profile_id;
    target.region = "us-east-1";
    Questions all;
    all.keys = request_keys(asking(), protocol::Service::kRuntime);
    all.all = model_questions("bedrock:InvokeModel", target, asking().home);
    return outcome(all);
  }

  identity::Principal principal_;
  policy::PrincipalPolicies policies_;
  wire::Request request_;
  Timestamp now_ = *parse_iso8601_s("2026-11-20T12:00:00Z");
};

TEST_F(Authorization, NothingIsAllowedWithoutAPolicy) {
  EXPECT_EQ(converse(kLlama),
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: "
            "bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/"
            "meta.llama3-8b-instruct-v1:0 because no identity-based policy allows the "
            "bedrock:InvokeModel action");
}

TEST_F(Authorization, ConverseIsInvokeModel) {
  give(allow(R"("bedrock:Converse")", "*"));
  EXPECT_NE(converse(kLlama), "");
  give(allow(R"("bedrock:InvokeModel")", kLlamaArn));
  EXPECT_EQ(converse(kLlama), "");
  EXPECT_NE(converse("amazon.nova-lite-v1:0"), "");
}

TEST_F(Authorization, AStreamHasAnActionOfItsOwn) {
  give(allow(R"("bedrock:InvokeModel")", "*"));
  const auto ask = [&] {
    return outcome(questions<api::runtime::ConverseStreamRequest>(
        operation("runtime", "ConverseStream"), R"({"modelId":"amazon.nova-lite-v1:0"})"));
  };
  EXPECT_NE(ask().find("bedrock:InvokeModelWithResponseStream"), std::string::npos);
  give(allow(R"("bedrock:InvokeModelWithResponseStream")", "*"));
  EXPECT_EQ(ask(), "");
}

TEST_F(Authorization, AProfileNeedsItselfAndItsModelInEveryRegion) {
  const std::string profile = "us.amazon.nova-lite-v1:0";
  const std::string model = "amazon.nova-lite-v1:0";
  ASSERT_NE(catalogue().find_profile(profile), nullptr);
  give(allow(R"("bedrock:InvokeModel")", "arn:aws:bedrock:us-east-1::foundation-model/*"));
  EXPECT_NE(converse(profile).find("arn:aws:bedrock:us-east-1:111122223333:inference-profile/us."),
            std::string::npos);
  give(allow(R"("bedrock:InvokeModel")",
             "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.*"));
  EXPECT_EQ(converse(profile), "");
  const std::string denial = resolved(model, profile);
  EXPECT_NE(denial.find("::foundation-model/" + model), std::string::npos) << denial;
  EXPECT_EQ(denial.find("us-east-1::foundation-model/"), std::string::npos) << denial;
  give(allow(R"("bedrock:InvokeModel")", "arn:aws:bedrock:us-*::foundation-model/*"));
  EXPECT_EQ(resolved(model, profile), "");
}

TEST_F(Authorization, AModelCanBeOpenThroughAProfileOnly) {
  give(allow(R"("bedrock:InvokeModel")", "arn:aws:bedrock:*::foundation-model/*",
             R"({"StringLike":{"bedrock:InferenceProfileArn":
               "arn:aws:bedrock:*:111122223333:inference-profile/us.*"}})"));
  EXPECT_EQ(resolved("amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"), "");
  EXPECT_NE(resolved("amazon.nova-lite-v1:0"), "");
  EXPECT_NE(converse("amazon.nova-lite-v1:0"), "");
}

TEST_F(Authorization, AGlobalProfilesModelHasNoRegion) {
  const std::string profile = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
  const std::string model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
  ASSERT_NE(catalogue().find_profile(profile), nullptr);
  give(allow(R"("bedrock:InvokeModel")", "arn:aws:bedrock:us-east-1::foundation-model/*"));
  EXPECT_NE(resolved(model, profile).find("arn:aws:bedrock:::foundation-model/" + model),
            std::string::npos);
  give(allow(R"("bedrock:InvokeModel")", "arn:aws:bedrock:::foundation-model/*",
             R"({"StringEquals":{"aws:RequestedRegion":"unspecified"}})"));
  EXPECT_EQ(resolved(model, profile), "");
}

// An identifier is compared as it came: it cannot be a pattern, nor another's resource.
TEST_F(Authorization, TricksInIdentifiersOpenNothing) {
  give(allow(R"("bedrock:*")", kLlamaArn));
  for (const std::string identifier :
       {"*", "meta.*", "meta.llama3-8b-instruct-v1:?",
        "arn:aws:bedrock:us-east-1::foundation-model/*",
        "../foundation-model/meta.llama3-8b-instruct-v1:0", "x/../meta.llama3-8b-instruct-v1:0",
        "meta.llama3-8b-instruct-v1:0/..", "%6deta.llama3-8b-instruct-v1:0",
        "META.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0 ",
        "meta.llama3-8b-instruct-v1:0\\n", "meta.llama3-8b-instruct-v1:0\\u0000",
        "arn:aws-cn:bedrock:us-east-1::foundation-model/meta.llama3-8b-instruct-v1:0",
        "arn:aws:bedrock:eu-west-1::foundation-model/meta.llama3-8b-instruct-v1:0",
        "arn:aws:bedrock:us-east-1:999988887777:foundation-model/meta.llama3-8b-instruct-v1:0"}) {
    try {
      EXPECT_NE(converse(identifier), "") << identifier;
    } catch (const ApiError& invalid) {
      EXPECT_EQ(invalid.type, "ValidationException") << identifier;
    }
  }
  EXPECT_EQ(converse(kLlama), "");
  EXPECT_EQ(converse(kLlamaArn), "");
}

TEST_F(Authorization, AnotherSpellingOfAModelDoesNotEvadeADeny) {
  give(allow(R"("bedrock:*")", "*"));
  give(fmt::format(
      R"({{"Version":"2012-10-17",
          "Statement":[{{"Effect":"Deny","Action":"*","Resource":"{}"}}]}})",
      kLlamaArn));
  EXPECT_NE(converse(kLlama), "");
  // Resolving ignores the ARN's region, so its model is asked about again.
  EXPECT_EQ(converse("arn:aws:bedrock:eu-west-1::foundation-model/meta.llama3-8b-instruct-v1:0"),
            "");
  EXPECT_NE(resolved(kLlama).find("with an explicit deny in an identity-based policy"),
            std::string::npos);
}

TEST_F(Authorization, AnotherAccountsArnNeedsThatAccountsLeave) {
  give(allow(R"("*")", "*"));
  EXPECT_EQ(
      converse("arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"),
      "");
  EXPECT_NE(
      converse("arn:aws:bedrock:us-east-1:999988887777:inference-profile/us.amazon.nova-lite-v1:0")
          .find("because no resource-based policy allows the bedrock:InvokeModel action"),
      std::string::npos);
}

TEST_F(Authorization, GetInferenceProfileIsAskedForTheOwnProfileToo) {
  give(allow(R"("bedrock:GetInferenceProfile")",
             "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/*"));
  const auto ask = [&](std::string_view id) {
    return outcome(questions<api::control::GetInferenceProfileRequest>(
        operation("control", "GetInferenceProfile"),
        fmt::format(R"({{"inferenceProfileIdentifier":"{}"}})", id)));
  };
  EXPECT_NE(
      ask("arn:aws:bedrock:eu-west-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"), "");
  EXPECT_NE(ask("abcdef012345").find(":application-inference-profile/abcdef012345"),
            std::string::npos);
  EXPECT_NE(ask("us.amazon.nova-lite-v1:0").find(":inference-profile/us."), std::string::npos);
}

TEST_F(Authorization, OperationsWithoutAResourceNameNone) {
  const auto ask = [&] {
    return outcome(questions<api::control::ListFoundationModelsRequest>(
        operation("control", "ListFoundationModels"), "{}"));
  };
  EXPECT_EQ(ask(),
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: "
            "bedrock:ListFoundationModels because no identity-based policy allows the "
            "bedrock:ListFoundationModels action");
  give(allow(R"("bedrock:List*")", "arn:aws:bedrock:*"));
  EXPECT_NE(ask(), "");
  give(allow(R"("bedrock:List*")", "*"));
  EXPECT_EQ(ask(), "");
}

TEST_F(Authorization, AGuardrailIsAConditionAndAnActionOfItsOwn) {
  const std::string guardrail = "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc123";
  give(allow(
      R"("bedrock:InvokeModel")", "*",
      fmt::format(R"({{"StringEquals":{{"bedrock:GuardrailIdentifier":"{}:1"}}}})", guardrail)));
  const auto with = [](std::string_view id, std::string_view version) {
    return fmt::format(
        R"(,"guardrailConfig":{{"guardrailIdentifier":"{}","guardrailVersion":"{}"}})", id,
        version);
  };
  EXPECT_NE(converse(kLlama), "");
  EXPECT_NE(converse(kLlama, with("abc123", "2")), "");
  EXPECT_NE(converse(kLlama, with("abc123", "1"))
                .find("bedrock:ApplyGuardrail on resource: " + guardrail),
            std::string::npos);
  give(allow(R"("bedrock:ApplyGuardrail")", guardrail));
  EXPECT_EQ(converse(kLlama, with("abc123", "1")), "");
  EXPECT_EQ(converse(kLlama, with(guardrail, "1")), "");
}

TEST_F(Authorization, ServiceTierIsACondition) {
  give(
      allow(R"("bedrock:InvokeModel")", "*", R"({"StringEquals":{"bedrock:ServiceTier":"flex"}})"));
  EXPECT_NE(converse(kLlama), "");
  EXPECT_NE(converse(kLlama, R"(,"serviceTier":{"type":"priority"})"), "");
  EXPECT_EQ(converse(kLlama, R"(,"serviceTier":{"type":"flex"})"), "");
  give(allow(R"("bedrock:InvokeModel")", "*",
             R"({"StringEquals":{"bedrock:ServiceTier":"default"}})"));
  EXPECT_EQ(converse(kLlama), "");
}

TEST_F(Authorization, ApiKeysNeedAPermissionOfTheirOwn) {
  give(allow(R"("bedrock:InvokeModel")", "*"));
  principal_.kind = identity::Principal::Kind::kApiKey;
  principal_.api_key_type = identity::Principal::ApiKeyType::kLongTerm;
  EXPECT_EQ(converse(kLlama),
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: "
            "bedrock:CallWithBearerToken on resource: * because no identity-based policy allows "
            "the bedrock:CallWithBearerToken action");
  give(allow(R"("bedrock:CallWithBearerToken")", "*",
             R"({"StringEquals":{"bedrock:BearerTokenType":"SHORT_TERM"}})"));
  EXPECT_NE(converse(kLlama), "");
  principal_.api_key_type = identity::Principal::ApiKeyType::kShortTerm;
  EXPECT_EQ(converse(kLlama), "");
}

struct ConditionCase {
  const char* name;
  const char* holds;
  const char* fails;
};
const ConditionCase kConditions[] = {
    {"SourceIp", R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})",
     R"({"IpAddress":{"aws:SourceIp":"192.168.0.0/16"}})"},
    {"SecureTransport", R"({"Bool":{"aws:SecureTransport":"false"}})",
     R"({"Bool":{"aws:SecureTransport":"true"}})"},
    {"UserAgent", R"({"StringLike":{"aws:UserAgent":"Boto3/*"}})",
     R"({"StringLike":{"aws:UserAgent":"curl/*"}})"},
    {"CurrentTime", R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-20T11:59:59Z"}})",
     R"({"DateGreaterThan":{"aws:CurrentTime":"2026-11-20T12:00:01Z"}})"},
    {"EpochTime", R"({"NumericEquals":{"aws:EpochTime":"1795176000"}})",
     R"({"NumericEquals":{"aws:EpochTime":"1795176001"}})"},
    {"RequestedRegion", R"({"StringEquals":{"aws:RequestedRegion":"us-east-1"}})",
     R"({"StringEquals":{"aws:RequestedRegion":"eu-west-1"}})"},
    {"PrincipalArn", R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/an*"}})",
     R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}})"},
    {"PrincipalAccount", R"({"StringEquals":{"aws:PrincipalAccount":"111122223333"}})",
     R"({"StringEquals":{"aws:PrincipalAccount":"999988887777"}})"},
    {"PrincipalType", R"({"StringEquals":{"aws:PrincipalType":"User"}})",
     R"({"StringEquals":{"aws:PrincipalType":"AssumedRole"}})"},
    {"PrincipalTag", R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})",
     R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})"},
    {"Username", R"({"StringEquals":{"aws:username":"anna"}})",
     R"({"StringEquals":{"aws:username":"bob"}})"},
    {"Userid", R"({"StringEquals":{"aws:userid":"AIDAANNA"}})",
     R"({"StringEquals":{"aws:userid":"AIDABOB"}})"},
    {"NoMfa", R"({"Null":{"aws:MultiFactorAuthPresent":"true"}})",
     R"({"Bool":{"aws:MultiFactorAuthPresent":"true"}})"},
    {"NoTokenTime", R"({"Null":{"aws:TokenIssueTime":"true"}})",
     R"({"Null":{"aws:TokenIssueTime":"false"}})"},
    {"NotViaAService", R"({"Bool":{"aws:ViaAWSService":"false"}})",
     R"({"Bool":{"aws:ViaAWSService":"true"}})"},
};

class AuthorizationKeys : public Authorization,
                          public ::testing::WithParamInterface<ConditionCase> {};

TEST_P(AuthorizationKeys, AreWhatTheRequestSays) {
  give(allow(R"("bedrock:InvokeModel")", "*", GetParam().fails));
  EXPECT_NE(converse(kLlama), "");
  give(allow(R"("bedrock:InvokeModel")", "*", GetParam().holds));
  EXPECT_EQ(converse(kLlama), "");
}

INSTANTIATE_TEST_SUITE_P(All, AuthorizationKeys, ::testing::ValuesIn(kConditions),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(Authorization, SessionsTellWhenTheyBegan) {
  identity::SessionClaims claims;
  claims.issued = *parse_iso8601_s("2026-11-20T09:00:00Z");
  claims.source_identity = "ops";
  principal_.session = std::make_shared<const identity::SessionClaims>(claims);
  give(allow(R"("bedrock:InvokeModel")", "*",
             R"({"DateLessThan":{"aws:TokenIssueTime":"2026-11-20T09:00:01Z"},
                 "Bool":{"aws:MultiFactorAuthPresent":"false"},
                 "StringEquals":{"aws:SourceIdentity":"ops"}})"));
  EXPECT_EQ(converse(kLlama), "");
}

TEST_F(Authorization, PassRoleIsAskedWithTheService) {
  const Home home = asking().home;
  const std::string role = "arn:aws:iam::111122223333:role/service/KnowledgeBase";
  Questions questions;
  questions.keys = request_keys(asking(), protocol::Service::kAgent);
  questions.all = {pass_role_question(role, "bedrock.amazonaws.com", "", home)};
  give(allow(R"("bedrock:*")", "*"));
  EXPECT_EQ(outcome(questions),
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: iam:PassRole "
            "on resource: " +
                role + " because no identity-based policy allows the iam:PassRole action");
  give(allow(R"("iam:PassRole")", role,
             R"({"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}})"));
  EXPECT_NE(outcome(questions), "");
  give(allow(R"("iam:PassRole")", role,
             R"({"StringEquals":{"iam:PassedToService":"bedrock.amazonaws.com"}})"));
  EXPECT_EQ(outcome(questions), "");
  questions.all = {pass_role_question("arn:aws:iam::999988887777:role/service/KnowledgeBase",
                                      "bedrock.amazonaws.com", "", home)};
  give(allow(R"("*")", "*"));
  EXPECT_NE(outcome(questions), "") << "a role of another account";
}

TEST_F(Authorization, PassRoleIsAskedWithWhatTheRoleIsFor) {
  const auto ask = [&](std::string_view associated_arn) {
    Questions questions;
    questions.keys = request_keys(asking(), protocol::Service::kControl);
    questions.all = {pass_role_question("arn:aws:iam::111122223333:role/batch",
                                        "bedrock.amazonaws.com", associated_arn, asking().home)};
    return outcome(questions);
  };
  give(allow(R"("iam:PassRole")", "*",
             R"({"ArnLike":{"iam:AssociatedResourceArn":
                            "arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/*"}})"));
  EXPECT_EQ(ask("arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/*"), "");
  EXPECT_EQ(ask("arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/abc"), "");
  EXPECT_NE(ask("arn:aws:bedrock:us-east-1:111122223333:agent/abc"), "");
  EXPECT_NE(ask(""), "");
}

TEST_F(Authorization, AResourcesOwnPolicyIsAsked) {
  const auto ask = [&](std::string_view account, std::string_view effect, std::string_view whom) {
    const std::string arn = fmt::format("arn:aws:bedrock:us-east-1:{}:guardrail/gr", account);
    Questions questions = single_question("bedrock:ApplyGuardrail", arn, asking());
    if (!effect.empty()) {
      const std::string document = fmt::format(
          R"({{"Version":"2012-10-17","Statement":{{"Effect":"{}","Principal":{{"AWS":"{}"}},
               "Action":"bedrock:ApplyGuardrail","Resource":"*"}}}})",
          effect, whom);
      questions.all.front().on_resource.attached.push_back(
          {policy::Policy::parse(document, policy::DocumentKind::kResource), "its own", ""});
    }
    return outcome(questions);
  };
  const std::string anna = "arn:aws:iam::111122223333:user/anna";
  EXPECT_NE(ask("111122223333", "Allow", "111122223333"), "") << "the account is only let decide";
  EXPECT_EQ(ask("111122223333", "Allow", anna), "");
  EXPECT_NE(ask("444455556666", "Allow", anna), "") << "and an identity-based policy must allow";
  give(allow(R"("bedrock:ApplyGuardrail")", "*"));
  EXPECT_EQ(ask("111122223333", "", ""), "");
  EXPECT_EQ(ask("444455556666", "Allow", "111122223333"), "");
  EXPECT_EQ(ask("444455556666", "", ""),
            "User: " + anna +
                " is not authorized to perform: bedrock:ApplyGuardrail on resource: "
                "arn:aws:bedrock:us-east-1:444455556666:guardrail/gr because no resource-based "
                "policy allows the bedrock:ApplyGuardrail action");
  EXPECT_EQ(ask("111122223333", "Deny", anna),
            "User: " + anna +
                " is not authorized to perform: bedrock:ApplyGuardrail on resource: "
                "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr with an explicit deny in a "
                "resource-based policy");
}

TEST_F(Authorization, IdentityNeedsNoPermission) {
  const auto ask = [&](std::string_view name) {
    return questions<api::sts::GetCallerIdentityRequest>(operation("sts", name), "{}").all.size();
  };
  EXPECT_EQ(ask("GetCallerIdentity"), 0u);
}

TEST_F(Authorization, OnlyPoliciesThatMentionTagsWantThem) {
  EXPECT_FALSE(look_at_resource_tags(policies_));
  give(allow(R"("bedrock:*")", "*", R"({"StringEquals":{"aws:RequestTag/team":"blue"}})"));
  EXPECT_FALSE(look_at_resource_tags(policies_));
  give(allow(R"("bedrock:*")", "*", R"({"StringEquals":{"aws:Resourc\u0065Tag\/team":"blue"}})"));
  EXPECT_TRUE(look_at_resource_tags(policies_));
}

// A target for whoever changes this; the bench measures policies alone.
TEST_F(Authorization, ADecisionIsCheap) {
  for (int i = 0; i < 5; ++i) {
    give(allow(R"(["bedrock:InvokeModel","bedrock:Converse*","bedrock:List*"])",
               "arn:aws:bedrock:*::foundation-model/amazon.*",
               R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"));
  }
  give(allow(R"("bedrock:InvokeModel")", kLlamaArn));
  const auto input = protocol::from_json<api::runtime::ConverseRequest>(
      boost::json::parse(R"({"modelId":"meta.llama3-8b-instruct-v1:0"})"));
  const auto& descriptor = operation("runtime", "Converse");
  constexpr int kRounds = 2'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    const Questions questions =
        operation_questions(descriptor, {&api::runtime::ConverseRequest::kShape, &input}, asking());
    ASSERT_EQ(outcome(questions), "");
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("microseconds", std::to_string(took.count() / kRounds));
  EXPECT_LT(took.count() / kRounds, 500) << "µs for one request, with room for slow machines";
}

}  // namespace
}  // namespace bedplate::operations::authorization
