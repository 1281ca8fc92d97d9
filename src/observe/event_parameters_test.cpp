#include "observe/event_parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/control.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"

namespace bedplate::observe {
namespace {

using testing::HasSubstr;

TEST(EventParameters, ModelCallsShowTheModelOnly) {
  api::runtime::ConverseRequest converse;
  converse.modelId = "meta.llama3-8b-instruct-v1:0";
  EXPECT_EQ(shown_members(op::runtime::Converse::descriptor, api::runtime::ConverseRequest::kShape,
                          &converse),
            R"({"modelId":"meta.llama3-8b-instruct-v1:0"})");
  api::runtime::InvokeModelRequest invoke;
  invoke.modelId = "amazon.titan-text-lite-v1";
  invoke.body = "CANARY";
  invoke.contentType = "application/json";
  EXPECT_EQ(shown_members(op::runtime::InvokeModel::descriptor,
                          api::runtime::InvokeModelRequest::kShape, &invoke),
            R"({"modelId":"amazon.titan-text-lite-v1"})");
}

TEST(EventParameters, ControlShowsIdentifiersNumbersAndEnums) {
  api::control::ListFoundationModelsRequest request;
  request.byProvider = "Meta";
  request.byOutputModality = "TEXT";
  const std::string text =
      shown_members(op::control::ListFoundationModels::descriptor,
                    api::control::ListFoundationModelsRequest::kShape, &request);
  EXPECT_THAT(text, HasSubstr(R"("byOutputModality":"TEXT")"));
  EXPECT_THAT(text, HasSubstr(R"("byProvider":"Meta")"));
}

TEST(EventParameters, QueryServicesInCloudTrailsSpelling) {
  api::sts::GetSessionTokenResponse response;
  response.Credentials.emplace();
  response.Credentials->AccessKeyId = "ASIAEXAMPLEEXAMPLE12";
  response.Credentials->SecretAccessKey = "CANARY";
  response.Credentials->SessionToken = "CANARY";
  const std::string text = shown_members(op::sts::GetSessionToken::descriptor,
                                         api::sts::GetSessionTokenResponse::kShape, &response);
  EXPECT_THAT(text, HasSubstr(R"("credentials":{"accessKeyId":"ASIAEXAMPLEEXAMPLE12")"));
  EXPECT_THAT(text, HasSubstr(R"("secretAccessKey":"HIDDEN_DUE_TO_SECURITY_REASONS")"));
  EXPECT_THAT(text, HasSubstr(R"("sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS")"));
}

TEST(EventParameters, Identifiers) {
  EXPECT_EQ(shown_identifier("model", "us.amazon.nova-lite-v1:0"), "us.amazon.nova-lite-v1:0");
  EXPECT_EQ(shown_identifier("model", "what is my name"), kHidden);
  EXPECT_EQ(shown_identifier("model", std::string(3000, 'x')), kHidden);
  EXPECT_EQ(shown_identifier("nextToken", "abc"), kHidden);
}

}  // namespace
}  // namespace bedplate::observe
