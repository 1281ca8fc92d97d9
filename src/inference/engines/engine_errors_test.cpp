#include "inference/engines/engine_errors.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace bedplate::inference {
namespace {

using Kind = EngineError::Kind;

TEST(EngineErrors, ReadsLlamaServersContextOverflow) {
  const EngineError error = error_from_response(
      400,
      R"({"error":{"code":400,"message":"request (9012 tokens) exceeds the available context size)"
      R"( (2048 tokens), try increasing it","type":"exceed_context_size_error",)"
      R"("n_prompt_tokens":9012,"n_ctx":2048}})");
  EXPECT_EQ(error.kind, Kind::kContextOverflow);
  EXPECT_EQ(error.prompt_tokens, 9012);
  EXPECT_EQ(error.context_tokens, 2048);
  EXPECT_EQ(error.http_status, 400);
}

TEST(EngineErrors, ReadsVllmsContextOverflowFromItsWords) {
  const EngineError error = error_from_response(
      400,
      R"({"object":"error","message":"This model's maximum context length is 4096 tokens. However,)"
      R"( you requested 5000 tokens (4500 in the messages, 500 in the completion). Please reduce)"
      R"( the length of the messages or completion.","type":"BadRequestError","code":400})");
  EXPECT_EQ(error.kind, Kind::kContextOverflow);
  EXPECT_EQ(error.prompt_tokens, 4500);
  EXPECT_EQ(error.context_tokens, 4096);
}

TEST(EngineErrors, ReadsSglangsContextOverflowFromItsWords) {
  const EngineError error = error_from_response(
      400,
      R"({"error":{"message":"The input (5000 tokens) is longer than the model's context length)"
      R"( (4096 tokens)."}})");
  EXPECT_EQ(error.kind, Kind::kContextOverflow);
  EXPECT_EQ(error.prompt_tokens, 5000);
  EXPECT_EQ(error.context_tokens, 4096);
}

// A max_tokens that does not fit beside a prompt that does is the request's fault.
TEST(EngineErrors, DoesNotTakeTooLargeAMaxTokensForAnOverflow) {
  const EngineError error = error_from_response(
      400,
      R"({"error":{"message":"'max_tokens' is too large: 5000. This model's maximum context length)"
      R"( is 4096 tokens and your request has 20 input tokens","code":400}})");
  EXPECT_EQ(error.kind, Kind::kInvalidRequest);
}

TEST(EngineErrors, ReadsOpenAisCode) {
  const EngineError error = error_from_response(
      400, R"({"error":{"message":"too long","type":"x","code":"context_length_exceeded"}})");
  EXPECT_EQ(error.kind, Kind::kContextOverflow);
}

TEST(EngineErrors, ChoosesTheKindByStatus) {
  const std::string body = R"({"error":{"message":"why"}})";
  const std::vector<std::pair<int, Kind>> table = {
      {400, Kind::kInvalidRequest}, {422, Kind::kInvalidRequest}, {413, Kind::kInvalidRequest},
      {401, Kind::kUnavailable},    {403, Kind::kUnavailable},    {404, Kind::kUnavailable},
      {408, Kind::kTimeout},        {504, Kind::kTimeout},        {429, Kind::kBusy},
      {503, Kind::kNotReady},       {502, Kind::kNotReady},       {500, Kind::kFailed},
      {501, Kind::kFailed},         {302, Kind::kFailed},
  };
  for (const auto& [status, kind] : table) {
    const EngineError error = error_from_response(status, body);
    EXPECT_EQ(error.kind, kind) << status;
    EXPECT_EQ(error.http_status, status);
    EXPECT_STREQ(error.what(), "why");
  }
}

TEST(EngineErrors, QuotesOtherBodiesShortened) {
  EXPECT_STREQ(error_from_response(400, "plain").what(), "plain");
  EXPECT_STREQ(error_from_response(400, R"({"detail":"Not Found"})").what(), "Not Found");
  EXPECT_STREQ(error_from_response(400, R"({"error":"bare"})").what(), "bare");
  EXPECT_STREQ(error_from_response(500, "").what(), "The engine gave no reason.");
  std::string long_text;
  for (int i = 0; i < 1'000; ++i) long_text += "\xE2\x82\xAC";
  const std::string what = error_from_response(500, long_text).what();
  EXPECT_LT(what.size(), 1'010U);
  EXPECT_EQ(what.substr(what.size() - 6), "\xE2\x82\xAC\xE2\x80\xA6") << "cut between characters";
}

TEST(EngineErrors, TakesAnyTroubleInAStreamForABrokenReply) {
  const auto kind = [](std::string_view text) {
    return error_from_event(boost::json::parse(text)).kind;
  };
  EXPECT_EQ(kind(R"({"code":500,"message":"Context size has been exceeded."})"), Kind::kFailed);
  EXPECT_EQ(kind(R"({"code":503,"message":"x"})"), Kind::kFailed);
  EXPECT_EQ(kind(R"("text")"), Kind::kFailed);
  EXPECT_EQ(kind(R"({"code":400,"message":"no"})"), Kind::kInvalidRequest);
  EXPECT_EQ(kind("null"), Kind::kFailed);
}

TEST(EngineErrors, TellsHowFarTheRequestCame) {
  using wire::ClientError;
  const auto kind = [](ClientError::Phase phase, ClientError::Cause cause) {
    return error_from_transport(ClientError(phase, cause, "x")).kind;
  };
  EXPECT_EQ(kind(ClientError::Phase::kConnect, ClientError::Cause::kRefused), Kind::kUnavailable);
  EXPECT_EQ(kind(ClientError::Phase::kConnect, ClientError::Cause::kTimeout), Kind::kUnavailable);
  EXPECT_EQ(kind(ClientError::Phase::kResponseHead, ClientError::Cause::kTimeout), Kind::kTimeout);
  EXPECT_EQ(kind(ClientError::Phase::kResponseBody, ClientError::Cause::kClosed), Kind::kFailed);
  EXPECT_EQ(kind(ClientError::Phase::kResponseHead, ClientError::Cause::kMalformed), Kind::kFailed);
}

}  // namespace
}  // namespace bedplate::inference
