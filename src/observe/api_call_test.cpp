#include "observe/api_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "identity/policy/principals.hpp"
#include "identity/session_token.hpp"
#include "observe/audit_log_for_test.hpp"
#include "observe/event_error.hpp"
#include "observe/event_parameters.hpp"

namespace bedplate::observe {
namespace {
namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

const AuditOrigin kOrigin{"123456789012", "us-east-1"};

class ApiCallTest : public testing::Test {
 protected:
  ApiCallTest() {
    request_.peer_address = "192.0.2.7";
    request_.headers.add("user-agent", "Boto3/1.40");
    request_.headers.add("host", "bedrock.example");
    principal_.kind = identity::Principal::Kind::kAccessKey;
    principal_.account_id = "123456789012";
    principal_.arn = "arn:aws:iam::123456789012:user/alice";
    principal_.user_name = "alice";
    principal_.access_key_id = "AKIAEXAMPLEEXAMPLE12";
    principal_.region = "eu-west-1";
    caller_->type = identity::policy::Caller::Type::kUser;
    caller_->unique_id = "AIDAEXAMPLEEXAMPLE123";
    principal_.caller = caller_;
  }
  json::object event(const wire::Headers* response = nullptr) {
    return json::parse(call_.event(kOrigin, test_time(), response)).as_object();
  }

  wire::Request request_;
  const std::string request_id_ = "0a1b";
  const std::shared_ptr<identity::policy::Caller> caller_ =
      std::make_shared<identity::policy::Caller>();
  identity::Principal principal_;
  ApiCall call_{request_, request_id_};
};

TEST_F(ApiCallTest, AModelCall) {
  call_.is_for(op::runtime::Converse::descriptor, {{"modelId", "m"}});
  call_.is_by(principal_);
  api::runtime::ConverseRequest input;
  input.modelId = "meta.llama3-8b-instruct-v1:0";
  call_.takes(&input);
  wire::Headers response;
  response.add("x-bedplate-served-by", "demo");
  const json::object found = event(&response);
  EXPECT_EQ(found.at("eventVersion"), "1.11");
  EXPECT_EQ(found.at("eventSource"), "bedrock.amazonaws.com");
  EXPECT_EQ(found.at("eventName"), "Converse");
  EXPECT_EQ(found.at("eventTime"), "2026-03-01T12:00:00Z");
  EXPECT_EQ(found.at("awsRegion"), "eu-west-1");
  EXPECT_EQ(found.at("sourceIPAddress"), "192.0.2.7");
  EXPECT_EQ(found.at("userAgent"), "Boto3/1.40");
  EXPECT_EQ(json::serialize(found.at("requestParameters")),
            R"({"modelId":"meta.llama3-8b-instruct-v1:0"})");
  EXPECT_TRUE(found.at("responseElements").is_null());
  EXPECT_EQ(found.at("requestID"), "0a1b");
  EXPECT_EQ(found.at("readOnly"), true);
  EXPECT_EQ(found.at("eventType"), "AwsApiCall");
  EXPECT_EQ(found.at("managementEvent"), true);
  EXPECT_EQ(found.at("eventCategory"), "Management");
  EXPECT_EQ(found.at("recipientAccountId"), "123456789012");
  EXPECT_FALSE(found.contains("errorCode"));
  EXPECT_FALSE(found.contains("tlsDetails"));
  EXPECT_EQ(found.at("additionalEventData").at("servedBy"), "demo");
  const json::object& who = found.at("userIdentity").as_object();
  EXPECT_EQ(who.at("type"), "IAMUser");
  EXPECT_EQ(who.at("userName"), "alice");
  EXPECT_EQ(who.at("accessKeyId"), "AKIAEXAMPLEEXAMPLE12");
  EXPECT_EQ(who.at("principalId"), "AIDAEXAMPLEEXAMPLE123");
  EXPECT_FALSE(who.contains("sessionContext"));
}

TEST_F(ApiCallTest, AnAssumedRole) {
  principal_.kind = identity::Principal::Kind::kSession;
  principal_.arn = "arn:aws:sts::123456789012:assumed-role/builder/job-7";
  principal_.entity_id = "AROAEXAMPLEEXAMPLE123";
  caller_->type = identity::policy::Caller::Type::kAssumedRole;
  caller_->unique_id = "AROAEXAMPLEEXAMPLE123:job-7";
  caller_->entity_arn = "arn:aws:iam::123456789012:role/ci/builder";
  identity::SessionClaims claims;
  claims.issued = test_time();
  claims.source_identity = "alice";
  principal_.session = std::make_shared<identity::SessionClaims>(claims);
  call_.is_by(principal_);
  const json::object found = event();
  const json::object& who = found.at("userIdentity").as_object();
  EXPECT_EQ(who.at("type"), "AssumedRole");
  EXPECT_EQ(who.at("principalId"), "AROAEXAMPLEEXAMPLE123:job-7");
  EXPECT_FALSE(who.contains("userName"));
  EXPECT_EQ(who.at("sessionContext").at("sourceIdentity"), "alice");
  EXPECT_EQ(who.at("sessionContext").at("attributes").at("creationDate"), "2026-03-01T12:00:00Z");
  const json::value& issuer = who.at("sessionContext").at("sessionIssuer");
  EXPECT_EQ(issuer.at("arn"), "arn:aws:iam::123456789012:role/ci/builder");
  EXPECT_EQ(issuer.at("principalId"), "AROAEXAMPLEEXAMPLE123");
  EXPECT_EQ(issuer.at("userName"), "builder");
}

TEST_F(ApiCallTest, NobodyKnown) {
  request_.headers.add("authorization",
                       "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE12/20260301/ap-south-1/"
                       "bedrock/aws4_request, SignedHeaders=host, Signature=CANARY");
  call_.is_for(op::runtime::Converse::descriptor, {{"modelId", "m"}});
  call_.failed(
      errors::invalid_signature("The signature is wrong. The Canonical String was\nCANARY"));
  const json::object found = event();
  EXPECT_EQ(found.at("errorCode"), "InvalidSignatureException");
  EXPECT_EQ(found.at("errorMessage"), "The signature is wrong.");
  EXPECT_EQ(found.at("awsRegion"), "ap-south-1");
  EXPECT_EQ(found.at("userIdentity").at("type"), "Unknown");
  EXPECT_EQ(found.at("userIdentity").at("accessKeyId"), "AKIAEXAMPLEEXAMPLE12");
  EXPECT_EQ(found.at("requestParameters").at("modelId"), "m");
  EXPECT_THAT(json::serialize(found), Not(HasSubstr("CANARY")));
}

// A secret where the key id belongs: it is what people paste into the wrong place.
TEST_F(ApiCallTest, NoKeyId) {
  request_.headers.add("authorization",
                       "AWS4-HMAC-SHA256 Credential=CANARY+secret/20260301/ap-south-1/bedrock/"
                       "aws4_request, SignedHeaders=host, Signature=00");
  EXPECT_THAT(json::serialize(event()), Not(HasSubstr("CANARY")));
  EXPECT_EQ(event().at("eventName"), "UnknownOperation");
}

TEST_F(ApiCallTest, ADoor) {
  principal_.kind = identity::Principal::Kind::kApiKey;
  request_.secure = true;
  request_.tls = {"TLSv1.3", "TLS_AES_128_GCM_SHA256"};
  call_.is_for(DoorCall{"CreateInference", true});
  call_.is_by(principal_);
  call_.takes_identifier("model", "amazon.nova-lite-v1:0");
  call_.takes_flag("stream", true);
  call_.client_is_gone();
  const json::object found = event();
  EXPECT_EQ(found.at("eventSource"), "bedrock-mantle.amazonaws.com");
  EXPECT_EQ(found.at("eventName"), "CreateInference");
  EXPECT_EQ(found.at("eventCategory"), "Data");
  EXPECT_EQ(found.at("managementEvent"), false);
  EXPECT_EQ(json::serialize(found.at("requestParameters")),
            R"({"model":"amazon.nova-lite-v1:0","stream":true})");
  EXPECT_EQ(found.at("additionalEventData").at("callWithBearerToken"), true);
  EXPECT_EQ(found.at("additionalEventData").at("clientGone"), true);
  EXPECT_EQ(json::serialize(found.at("tlsDetails")),
            R"({"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",)"
            R"("clientProvidedHostHeader":"bedrock.example"})");
}

TEST_F(ApiCallTest, BytesThatAreNoText) {
  wire::Request request;
  request.headers.add("user-agent", "a\xff\"b");
  ApiCall call(request, request_id_);
  call.is_for(op::runtime::Converse::descriptor, {{"modelId", "\xff"}});
  const json::value found = json::parse(call.event(kOrigin, test_time(), nullptr));
  EXPECT_EQ(found.at("userAgent"), "a?\"b");
  EXPECT_EQ(found.at("requestParameters").at("modelId"), json::string(kHidden));
}

// What a request pays for being recorded, on its own thread. The bound is for any machine and build
// with sanitizers; the number is printed.
TEST_F(ApiCallTest, CostsAFewMicroseconds) {
  const TestDirectory directory;
  AuditOptions options;
  options.log.directory = directory.path();
  const MachineClock clock;
  AuditTrail trail(options, kTestKey, kOrigin, clock);
  request_.headers.add("authorization",
                       "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE12/20260301/"
                       "us-east-1/bedrock/aws4_request, SignedHeaders=host, "
                       "Signature=00");
  api::runtime::ConverseRequest input;
  input.modelId = "meta.llama3-8b-instruct-v1:0";
  input.messages.emplace(64);
  std::vector<std::chrono::nanoseconds> costs;
  for (int i = 0; i < 5'000; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ApiCall call(request_, request_id_);
    call.is_for(op::runtime::Converse::descriptor, {{"modelId", input.modelId}});
    call.is_by(principal_);
    call.takes(&input);
    trail.record(call.event(kOrigin, clock.now(), nullptr));
    costs.push_back(std::chrono::steady_clock::now() - begin);
  }
  std::sort(costs.begin(), costs.end());
  const auto median_us = static_cast<double>(costs[costs.size() / 2].count()) / 1e3;
  const auto p99_us = static_cast<double>(costs[costs.size() * 99 / 100].count()) / 1e3;
  fmt::print("an event costs {:.1f} us (median), {:.1f} us (p99)\n", median_us, p99_us);
  EXPECT_LT(median_us, 500);
  EXPECT_EQ(trail.lost(), 0u);
}

TEST(EventError, Codes) {
  EXPECT_EQ(event_error_code(errors::access_denied("")), "AccessDenied");
  EXPECT_EQ(event_error_code(errors::throttling("")), "ThrottlingException");
}

TEST(EventError, QuotedValuesAreHidden) {
  const auto text = [](const std::string& message) {
    return event_error_message(errors::validation(message), /*content=*/false);
  };
  EXPECT_EQ(text("Value 'it's CANARY' at 'userName' failed to satisfy constraint: Member must be"),
            "Value 'HIDDEN_DUE_TO_SECURITY_REASONS' at 'userName' failed to satisfy constraint: "
            "Member must be");
  EXPECT_EQ(text("two: Value 'a b' at 'x' failed; Value 'c \"d' at 'tags.1.key' failed"),
            "two: Value 'HIDDEN_DUE_TO_SECURITY_REASONS' at 'x' failed; Value "
            "'HIDDEN_DUE_TO_SECURITY_REASONS' at 'tags.1.key' failed");
  EXPECT_THAT(text("no end 'CANARY CANARY"), Not(HasSubstr("CANARY")));
  EXPECT_THAT(text("said \"CANARY\" and left"), HasSubstr("and left"));
  EXPECT_EQ(text("This isn't quoted, nor is Bob's"), "This isn't quoted, nor is Bob's");
}

TEST(EventError, ErrorsOfModelCallsRepeatNothing) {
  EXPECT_EQ(event_error_message(errors::validation("CANARY is no valid enum value"), true),
            kHidden);
  EXPECT_EQ(event_error_message(errors::model_error("CANARY", 500, "m"), true), kHidden);
  EXPECT_EQ(event_error_message(errors::throttling("Too many requests"), true),
            "Too many requests");
}

}  // namespace
}  // namespace bedplate::observe
