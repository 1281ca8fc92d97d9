// What Amazon Bedrock answers when it fails.
#include "inference/engines/converse_errors.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

using Kind = EngineError::Kind;

EngineError error_of(int status, const std::string& type, const std::string& body) {
  return converse_error_from_response(status, type, body, {"wJalrSecret", "AKIDEXAMPLE"});
}

TEST(ConverseErrorsTest, EveryModelledError) {
  struct Case {
    int status;
    std::string type;
    Kind kind;
  };
  const Case cases[] = {
      {429, "ThrottlingException", Kind::kBusy},
      {400, "ServiceQuotaExceededException", Kind::kBusy},
      {429, "ModelNotReadyException", Kind::kNotReady},
      {503, "ServiceUnavailableException", Kind::kUnavailable},
      {404, "ResourceNotFoundException", Kind::kUnavailable},
      {408, "ModelTimeoutException", Kind::kTimeout},
      {424, "ModelErrorException", Kind::kFailed},
      {500, "InternalServerException", Kind::kFailed},
      {400, "ValidationException", Kind::kInvalidRequest},
      {403, "AccessDeniedException", Kind::kUnavailable},
  };
  for (const Case& each : cases) {
    const std::string body = R"({"message":"Because."})";
    EXPECT_EQ(error_of(each.status, each.type, body).kind, each.kind) << each.type;
    const std::string with_link = each.type + ":http://internal.amazon.com/coral/";
    EXPECT_EQ(error_of(each.status, with_link, body).kind, each.kind) << with_link;
    const std::string in_body = R"({"__type":"com.amazon.x#)" + each.type + R"("})";
    EXPECT_EQ(error_of(each.status, "", in_body).kind, each.kind) << in_body;
  }
}

TEST(ConverseErrorsTest, StatusTellsWhereTheTypeDoesNot) {
  EXPECT_EQ(error_of(429, "", "").kind, Kind::kBusy);
  EXPECT_EQ(error_of(503, "", "<html>").kind, Kind::kNotReady);
  EXPECT_EQ(error_of(504, "", "").kind, Kind::kTimeout);
  EXPECT_EQ(error_of(500, "", "").kind, Kind::kFailed);
  EXPECT_EQ(error_of(418, "novel thing", "").kind, Kind::kInvalidRequest);
  EXPECT_EQ(error_of(301, "", "").kind, Kind::kFailed);
}

TEST(ConverseErrorsTest, RefusedCredentialsKeepTheServicesWordsBack) {
  const std::string body =
      R"({"message":"The request signature … Canonical String … x-amz-security-token:abc"})";
  const EngineError error = error_of(403, "InvalidSignatureException:", body);
  EXPECT_EQ(error.kind, Kind::kUnavailable);
  EXPECT_EQ(error.http_status, 403);
  EXPECT_STREQ(error.what(),
               "The service that serves this model refuses this server's credentials "
               "(InvalidSignatureException).");
  EXPECT_EQ(error_of(400, "ExpiredTokenException", body).kind, Kind::kUnavailable);
  EXPECT_STREQ(error_of(403, "", body).what(),
               "The service that serves this model refuses this server's credentials.");
}

TEST(ConverseErrorsTest, NoSecretGetsThrough) {
  const EngineError error =
      error_of(400, "ValidationException", R"({"message":"wJalrSecret of AKIDEXAMPLE"})");
  EXPECT_STREQ(error.what(), "… of …");
}

TEST(ConverseErrorsTest, MessagesWithACapital) {
  EXPECT_STREQ(error_of(429, "", R"({"Message":"Too many requests of wJalrSecret"})").what(),
               "Too many requests of …");
}

TEST(ConverseErrorsTest, TheModelsOwnWords) {
  const EngineError plain =
      error_of(400, "ValidationException",
               R"({"message":"The model returned the following errors: top_k: too large"})");
  EXPECT_STREQ(plain.what(), "top_k: too large");
  const EngineError overflow =
      error_of(400, "ValidationException",
               R"({"message":"The model returned the following errors: prompt is too long: )"
               R"(210000 tokens > 200000 maximum"})");
  EXPECT_EQ(overflow.kind, Kind::kContextOverflow);
  EXPECT_EQ(overflow.prompt_tokens, 210'000);
  EXPECT_EQ(overflow.context_tokens, 200'000);
  const EngineError uncounted = error_of(400, "ValidationException",
                                         R"({"message":"Input is too long for requested model."})");
  EXPECT_EQ(uncounted.kind, Kind::kInvalidRequest);
  EXPECT_EQ(error_of(424, "ModelErrorException", R"({"message":"x","originalStatusCode":502})")
                .http_status,
            502);
}

}  // namespace
}  // namespace bedplate::inference
