// Mistral's text completion.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& mistral_7b() {
  static const FamilyUnderTest tested{mistral_instruct(),
                                      model_named("mistral.mistral-7b-instruct-v0:2", 8192)};
  return tested;
}

TEST(MistralInstruct, SendsThePromptAsItIs) {
  const auto request = mistral_7b().parse(
      R"({"prompt":"<s>[INST] Hi [/INST]","max_tokens":9,"temperature":0.1,"top_p":0.2,)"
      R"("top_k":3,"stop":["a","b"]})");
  EXPECT_EQ(std::get<RawPrompt>(request.prompt).text, "<s>[INST] Hi [/INST]");
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.temperature, 0.1);
  EXPECT_EQ(request.sampling.top_p, 0.2);
  EXPECT_EQ(request.sampling.top_k, 3);
  EXPECT_EQ(request.sampling.stop_sequences, (std::vector<std::string>{"a", "b"}));
}

TEST(MistralInstruct, DefaultsDifferBetweenTheModels) {
  for (const char* id :
       {"mistral.mistral-7b-instruct-v0:2", "mistral.mixtral-8x7b-instruct-v0:1"}) {
    const FamilyUnderTest open{mistral_instruct(), model_named(id)};
    const SamplingParameters sampling = open.parse(R"({"prompt":"x"})").sampling;
    EXPECT_EQ(sampling.temperature, 0.5);
    EXPECT_EQ(sampling.top_p, 0.9);
    EXPECT_EQ(sampling.top_k, 50);
    EXPECT_EQ(sampling.max_tokens, 512);
  }
  const FamilyUnderTest large{mistral_instruct(), model_named("mistral.mistral-large-2402-v1:0")};
  const SamplingParameters sampling = large.parse(R"({"prompt":"x"})").sampling;
  EXPECT_EQ(sampling.temperature, 0.7);
  EXPECT_EQ(sampling.top_p, 1.0);
  EXPECT_FALSE(sampling.top_k);
  EXPECT_EQ(sampling.max_tokens, 8192);
}

TEST(MistralInstruct, RefusesInTheSchemasWords) {
  const auto& tested = mistral_7b();
  EXPECT_EQ(tested.refusal("{}"), malformed_input("#: required key [prompt] not found"));
  EXPECT_EQ(tested.refusal(R"({"prompt":5})"),
            malformed_input("#/prompt: expected type: String, found: Integer"));
  EXPECT_EQ(tested.refusal(R"({"prompt":""})"),
            malformed_input("#/prompt: expected minLength: 1, actual: 0"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","max_tokens":9000})"),
            malformed_input("#/max_tokens: 9000 is not less or equal to 8192"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","max_tokens":0})"),
            malformed_input("#/max_tokens: 0 is not greater or equal to 1"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","top_k":0})"),
            malformed_input("#/top_k: 0 is not greater or equal to 1"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","temperature":"hot"})"),
            malformed_input("#/temperature: expected type: Number, found: String"));
  EXPECT_EQ(
      tested.refusal(R"({"prompt":"x","stop":["1","2","3","4","5","6","7","8","9","10","11"]})"),
      malformed_input("#/stop: expected maximum item count: 10, found: 11"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","seed":1})"),
            malformed_input("#: extraneous key [seed] is not permitted"));
}

TEST(MistralInstruct, RendersAsRecorded) {
  EXPECT_EQ(json::serialize(mistral_7b().render(reply_saying("Hi"))),
            R"({"outputs":[{"text":"Hi","stop_reason":"stop"}]})");
  EXPECT_EQ(
      json::serialize(mistral_7b().render(reply_saying("Hi", {.reason = StopReason::kMaxTokens}))),
      R"({"outputs":[{"text":"Hi","stop_reason":"length"}]})");
  const auto chunks = mistral_7b().chunks({TextDelta{"Hi", {}}});
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(json::serialize(chunks[0]), R"({"outputs":[{"text":"Hi","stop_reason":null}]})");
  EXPECT_EQ(json::serialize(chunks[1]), R"({"outputs":[{"text":"","stop_reason":"stop"}]})");
}

TEST(MistralInstruct, ConverseTakesTopK) {
  EXPECT_EQ(mistral_7b().fields(R"({"top_k":9})").top_k, 9);
  EXPECT_NE(mistral_7b().refused_fields(R"({"top_k":201})"), "accepted");
}

}  // namespace
}  // namespace bedplate::inference
