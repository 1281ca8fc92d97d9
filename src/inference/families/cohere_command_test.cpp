// Cohere Command.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& command() {
  static const FamilyUnderTest tested{cohere_command(), model_named("cohere.command-text-v14")};
  return tested;
}

TEST(CohereCommand, ReadsTheRequest) {
  const auto request = command().parse(
      R"({"prompt":"Hi","max_tokens":200,"temperature":0.6,"p":0.5,"k":7,"num_generations":2,)"
      R"("stop_sequences":["a"],"truncate":"END","logit_bias":{},"stream":false,)"
      R"("return_likelihoods":"GENERATION"})");
  EXPECT_EQ(said(conversation_of(request), 0), "Hi");
  EXPECT_EQ(request.sampling.max_tokens, 200);
  EXPECT_EQ(request.sampling.temperature, 0.6);
  EXPECT_EQ(request.sampling.top_p, 0.5);
  EXPECT_EQ(request.sampling.top_k, 7);
  EXPECT_EQ(request.replies, 2);
  EXPECT_TRUE(request.token_probabilities);
}

TEST(CohereCommand, HasCoheresDefaults) {
  const auto request = command().parse(R"({"prompt":"Hi"})");
  EXPECT_EQ(request.sampling.max_tokens, 20);
  EXPECT_EQ(request.sampling.temperature, 0.9);
  EXPECT_EQ(request.sampling.top_p, 0.75);
  EXPECT_FALSE(request.token_probabilities);
  EXPECT_EQ(request.replies, 1);
  EXPECT_EQ(command().parse(R"({"prompt":"Hi","p":0})").sampling.top_p, 1.0) << "0 is off";
}

TEST(CohereCommand, RefusesInTheSchemasWords) {
  const auto with = [](std::string_view more) {
    return command().refusal(R"({"prompt":"x",)" + std::string(more) + "}");
  };
  EXPECT_EQ(command().refusal("{}"), malformed_input("#: required key [prompt] not found"));
  EXPECT_EQ(with(R"("max_tokens":4097)"),
            malformed_input("#/max_tokens: 4097 is not less or equal to 4096"));
  EXPECT_EQ(with(R"("temperature":5.5)"),
            malformed_input("#/temperature: 5.5 is not less or equal to 5"));
  EXPECT_EQ(with(R"("p":1.1)"), malformed_input("#/p: 1.1 is not less or equal to 1"));
  EXPECT_EQ(with(R"("k":501)"), malformed_input("#/k: 501 is not less or equal to 500"));
  EXPECT_EQ(with(R"("num_generations":6)"),
            malformed_input("#/num_generations: 6 is not less or equal to 5"));
  EXPECT_EQ(with(R"("truncate":"LEFT")"),
            malformed_input("#/truncate: LEFT is not a valid enum value"));
  EXPECT_EQ(with(R"("return_likelihoods":"SOME")"),
            malformed_input("#/return_likelihoods: SOME is not a valid enum value"));
  EXPECT_EQ(with(R"("stop_sequences":["1","2","3","4","5"])"),
            malformed_input("#/stop_sequences: expected maximum item count: 4, found: 5"));
  EXPECT_EQ(with(R"("message":"x")"),
            malformed_input("#: extraneous key [message] is not permitted"));
}

TEST(CohereCommand, RefusesWhatNoEngineHonours) {
  EXPECT_EQ(command().refusal(R"({"prompt":"x","return_likelihoods":"ALL"})"),
            "return_likelihoods: the engine does not report the likelihoods of a prompt's tokens. "
            "Use 'GENERATION' or 'NONE'.");
  EXPECT_TRUE(command()
                  .refusal(R"({"prompt":"x","logit_bias":{"11":5.0}})")
                  .starts_with("logit_bias: its token ids"));
  EXPECT_TRUE(
      command().refusal(R"({"prompt":"x","stream":true})").starts_with("'stream' must be false"));
  EXPECT_EQ(command().refusal(R"({"prompt":"x","stream":true})", true), "accepted");
}

GenerationReply likely_reply() {
  GenerationReply reply = reply_saying("Hi!");
  reply.tokens = {{"Hi", -0.5}, {"!", -1.5}};
  return reply;
}

TEST(CohereCommand, RendersAsRecorded) {
  const json::object reply = command().render(likely_reply(), R"({"prompt":"x"})");
  EXPECT_EQ(reply.at("id"), "request-1");
  EXPECT_EQ(reply.at("prompt"), "x");
  const json::object& generation = reply.at("generations").as_array().at(0).as_object();
  EXPECT_EQ(generation.at("text"), "Hi!");
  EXPECT_EQ(generation.at("finish_reason"), "COMPLETE");
  EXPECT_EQ(generation.size(), 3U) << "no likelihoods unasked";
  EXPECT_EQ(command()
                .render(reply_saying("x", {.reason = StopReason::kMaxTokens}))
                .at("generations")
                .as_array()
                .at(0)
                .at("finish_reason"),
            "MAX_TOKENS");
}

TEST(CohereCommand, RendersLikelihoodsAndTheirMean) {
  GenerationReply reply = likely_reply();
  reply.alternatives.push_back(reply_saying("Ho"));
  const json::object rendered =
      command().render(reply, R"({"prompt":"x","return_likelihoods":"GENERATION"})");
  const json::array& generations = rendered.at("generations").as_array();
  ASSERT_EQ(generations.size(), 2U);
  EXPECT_EQ(generations[0].at("likelihood"), -1.0);
  EXPECT_EQ(json::serialize(generations[0].at("token_likelihoods")),
            R"([{"token":"Hi","likelihood":-5E-1},{"token":"!","likelihood":-1.5E0}])");
  EXPECT_EQ(generations[1].at("text"), "Ho");
  EXPECT_NE(generations[0].at("id"), generations[1].at("id"));
}

// Recorded: without "stream" in the body there is one chunk, the whole reply.
TEST(CohereCommand, StreamsInOneChunkUnlessAskedToStream) {
  const std::vector<GenerationEvent> events{TextDelta{"Hi", {{"Hi", -0.5}}}, TextDelta{"!", {}}};
  const auto whole = command().chunks(events, {}, R"({"prompt":"x"})");
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].at("generations").as_array().at(0).at("text"), "Hi!");

  const auto chunks = command().chunks(events, {}, R"({"prompt":"x","stream":true})");
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(json::serialize(chunks[0]), R"({"text":"Hi","is_finished":false})");
  EXPECT_EQ(json::serialize(chunks[2]), R"({"is_finished":true,"finish_reason":"COMPLETE"})");
}

// Recorded: one generation after the other, each piece with its own's index, and one end of all.
TEST(CohereCommand, StreamsSeveralGenerations) {
  GenerationEnd cut{.reason = StopReason::kMaxTokens};
  cut.followed = true;
  const std::vector<GenerationEvent> events{TextDelta{"Hi", {}}, cut, GenerationStart{12},
                                            TextDelta{"Ho", {}}, TextDelta{"!", {}}};
  const auto chunks =
      command().chunks(events, {}, R"({"prompt":"x","stream":true,"num_generations":2})");
  ASSERT_EQ(chunks.size(), 4U);
  EXPECT_EQ(json::serialize(chunks[0]), R"({"text":"Hi","is_finished":false,"index":0})");
  EXPECT_EQ(json::serialize(chunks[1]), R"({"text":"Ho","is_finished":false,"index":1})");
  EXPECT_EQ(chunks[2].at("index"), 1);
  EXPECT_EQ(json::serialize(chunks[3]), R"({"is_finished":true,"finish_reason":"COMPLETE"})");

  const auto whole = command().chunks(events, {}, R"({"prompt":"x","num_generations":2})");
  ASSERT_EQ(whole.size(), 1U);
  const json::array& generations = whole[0].at("generations").as_array();
  ASSERT_EQ(generations.size(), 2U);
  EXPECT_EQ(generations[0].at("finish_reason"), "MAX_TOKENS");
  EXPECT_EQ(generations[1].at("text"), "Ho!");
  EXPECT_EQ(command().parse(R"({"prompt":"x","num_generations":2})", true).replies, 2);
}

// Converse renders the native reply without a native body.
TEST(CohereCommand, RendersWithoutABody) {
  EXPECT_EQ(command().render(likely_reply()).at("prompt"), "");
  EXPECT_EQ(command().fields(R"({"k":9})").top_k, 9);
}

}  // namespace
}  // namespace bedplate::inference
