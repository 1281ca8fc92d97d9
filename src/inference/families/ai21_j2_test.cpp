// AI21 Jurassic-2.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& mid() {
  static const FamilyUnderTest tested{ai21_j2(), model_named("ai21.j2-mid-v1", 8191)};
  return tested;
}

std::string with(std::string_view more) {
  return mid().refusal(R"({"prompt":"x",)" + std::string(more) + "}");
}

TEST(Jurassic2, ReadsTheRequest) {
  const auto request = mid().parse(
      R"({"prompt":"Hi","maxTokens":9,"temperature":0.1,"topP":0.2,"stopSequences":["a"],)"
      R"("numResults":3,"minTokens":0,"topKReturn":0,"presencePenalty":{"scale":4},)"
      R"("countPenalty":{"scale":0.5,"applyToEmojis":true},"frequencyPenalty":{"scale":0}})");
  EXPECT_EQ(said(conversation_of(request), 0), "Hi");
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.temperature, 0.1);
  EXPECT_EQ(request.sampling.top_p, 0.2);
  EXPECT_EQ(request.sampling.presence_penalty, 4.0);
  EXPECT_EQ(request.sampling.frequency_penalty, 0.5);
  EXPECT_EQ(request.replies, 3);
  EXPECT_TRUE(request.token_probabilities);
}

TEST(Jurassic2, HasAi21sDefaults) {
  const auto sampling = mid().parse(R"({"prompt":"Hi"})").sampling;
  EXPECT_EQ(sampling.max_tokens, 200);
  EXPECT_EQ(sampling.temperature, 0.5);
  EXPECT_EQ(sampling.top_p, 0.5);
  EXPECT_FALSE(sampling.presence_penalty);
  EXPECT_FALSE(sampling.frequency_penalty);
}

// A penalty of 0 changes nothing, whatever its switches say; another needs them all.
TEST(Jurassic2, RefusesPenaltiesThatEnginesDoNotHave) {
  EXPECT_EQ(with(R"("countPenalty":{"scale":0,"applyToNumbers":false})"), "accepted");
  EXPECT_EQ(with(R"("countPenalty":{"scale":0.1,"applyToNumbers":false})"),
            "countPenalty: the engine penalises all tokens alike. Leave its applyTo switches at "
            "true.");
  EXPECT_TRUE(
      with(R"("frequencyPenalty":{"scale":1})").starts_with("frequencyPenalty: the engine"));
  EXPECT_EQ(with(R"("minTokens":5)"), malformed_input("#/minTokens: 5 is not less or equal to 0"));
  EXPECT_EQ(with(R"("topKReturn":2)"),
            malformed_input("#/topKReturn: 2 is not less or equal to 0"));
}

TEST(Jurassic2, RefusesInTheSchemasWords) {
  EXPECT_EQ(mid().refusal("{}"), malformed_input("#: required key [prompt] not found"));
  EXPECT_EQ(with(R"("maxTokens":9000)"),
            malformed_input("#/maxTokens: 9000 is not less or equal to 8191"));
  EXPECT_EQ(with(R"("topP":2)"), malformed_input("#/topP: 2 is not less or equal to 1"));
  EXPECT_EQ(with(R"("numResults":17)"),
            malformed_input("#/numResults: 17 is not less or equal to 16"));
  EXPECT_EQ(with(R"("presencePenalty":{"scale":6})"),
            malformed_input("#/presencePenalty/scale: 6 is not less or equal to 5"));
  EXPECT_EQ(with(R"("presencePenalty":{})"),
            malformed_input("#/presencePenalty: required key [scale] not found"));
  EXPECT_EQ(with(R"("presencePenalty":1)"),
            malformed_input("#/presencePenalty: expected type: JSONObject, found: Integer"));
  EXPECT_EQ(with(R"("presencePenalty":{"scale":1,"applyToAll":true})"),
            malformed_input("#/presencePenalty: extraneous key [applyToAll] is not permitted"));
  EXPECT_EQ(with(R"("max_tokens":5)"),
            malformed_input("#: extraneous key [max_tokens] is not permitted"));
}

TEST(Jurassic2, RendersAsRecorded) {
  GenerationReply reply = reply_saying("\nÜ x");
  reply.tokens = {{"\n", -0.25}, {"Ü", -0.5}, {" x", -1.0}};
  const json::object rendered = mid().render(reply, R"({"prompt":"Hi"})");
  EXPECT_EQ(rendered.at("id"), 1234);
  EXPECT_EQ(rendered.at("prompt").at("text"), "Hi");
  EXPECT_TRUE(rendered.at("prompt").at("tokens").as_array().empty());
  const json::value& data = rendered.at("completions").as_array().at(0).at("data");
  EXPECT_EQ(data.at("text"), "\nÜ x");
  const json::array& tokens = data.at("tokens").as_array();
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(json::serialize(tokens[0]),
            R"({"generatedToken":{"token":"<|newline|>","logprob":-2.5E-1,"raw_logprob":-2.5E-1},)"
            R"("topTokens":null,"textRange":{"start":0,"end":1}})");
  EXPECT_EQ(tokens[2].at("generatedToken").at("token"), "\u2581x");
  EXPECT_EQ(json::serialize(tokens[2].at("textRange")), R"({"start":2,"end":4})");
}

TEST(Jurassic2, RendersThePromptsTokensWhereTheyAreKnown) {
  GenerationReply reply = reply_saying("a");
  reply.prompt_tokens = {{"Tell", -3.5}, {" me", -0.5}};
  const json::object rendered = mid().render(reply, R"({"prompt":"Tell me"})");
  const json::array& tokens = rendered.at("prompt").at("tokens").as_array();
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(json::serialize(tokens[1]),
            "{\"generatedToken\":{\"token\":\"\u2581me\",\"logprob\":-5E-1,\"raw_logprob\":-5E-1},"
            R"("topTokens":null,"textRange":{"start":4,"end":7}})");
  EXPECT_TRUE(mid().parse(R"({"prompt":"x"})").prompt_probabilities);
}

TEST(Jurassic2, SaysWhyItFinished) {
  const auto reason = [](GenerationEnd end) {
    GenerationReply reply = reply_saying("x", std::move(end));
    reply.tokens = {{"x", -1}};
    return json::serialize(
        mid().render(reply).at("completions").as_array().at(0).at("finishReason"));
  };
  EXPECT_EQ(reason({.reason = StopReason::kEndTurn}), R"({"reason":"endoftext"})");
  EXPECT_EQ(reason({.reason = StopReason::kMaxTokens}), R"({"reason":"length","length":1})");
  EXPECT_EQ(reason({.reason = StopReason::kStopSequence, .stop_sequence = "##"}),
            R"({"reason":"stop","sequence":"##"})");
}

TEST(Jurassic2, RendersEveryResult) {
  GenerationReply reply = reply_saying("a");
  reply.alternatives = {reply_saying("b"), reply_saying("c")};
  const json::object rendered = mid().render(reply);
  const json::array& completions = rendered.at("completions").as_array();
  ASSERT_EQ(completions.size(), 3U);
  EXPECT_EQ(completions[2].at("data").at("text"), "c");
}

TEST(Jurassic2, ConverseTakesThePenalties) {
  EXPECT_EQ(mid().fields(R"({"presencePenalty":{"scale":2}})").presence_penalty, 2.0);
  EXPECT_NE(mid().refused_fields(R"({"topK":2})"), "accepted");
}

}  // namespace
}  // namespace bedplate::inference
