// DeepSeek R1.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& r1() {
  static const FamilyUnderTest tested{deepseek(), model_named("deepseek.r1-v1:0", 32768)};
  return tested;
}

TEST(DeepSeek, SendsThePromptAsItIs) {
  const auto request = r1().parse(
      R"({"prompt":"<｜User｜>Hi<｜Assistant｜><think>\n","max_tokens":9,"temperature":0.5,)"
      R"("top_p":0.9,"stop":["x"]})");
  EXPECT_EQ(std::get<RawPrompt>(request.prompt).text, "<｜User｜>Hi<｜Assistant｜><think>\n");
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.stop_sequences, std::vector<std::string>{"x"});
  EXPECT_FALSE(request.reasoning.enabled) << "a raw prompt says so itself";
}

TEST(DeepSeek, AlwaysThinksInConverse) {
  GenerationRequest request;
  deepseek().prepare_converse(request);
  EXPECT_TRUE(request.reasoning.enabled);
  EXPECT_NE(r1().refused_fields(R"({"top_k":1})"), "accepted");
  EXPECT_EQ(r1().refused_fields("{}"), "accepted");
}

TEST(DeepSeek, RefusesInTheSchemasWords) {
  EXPECT_EQ(r1().refusal("{}"), malformed_input("#: required key [prompt] not found"));
  EXPECT_EQ(r1().refusal(R"({"messages":[]})"), malformed_input("2 schema violations found"));
  EXPECT_EQ(r1().refusal(R"({"prompt":"x","max_tokens":32769})"),
            malformed_input("#/max_tokens: 32769 is not less or equal to 32768"));
  EXPECT_EQ(r1().refusal(R"({"prompt":"x","temperature":1.01})"),
            malformed_input("#/temperature: 1.01 is not less or equal to 1"));
  EXPECT_EQ(r1().refusal(R"({"prompt":"x","stop":"x"})"),
            malformed_input("#/stop: expected type: JSONArray, found: String"));
}

TEST(DeepSeek, RendersChoices) {
  EXPECT_EQ(json::serialize(r1().render(reply_saying("Hi"))),
            R"({"choices":[{"text":"Hi","stop_reason":"stop"}]})");
  const auto chunks = r1().chunks({TextDelta{"Hi", {}}}, {.reason = StopReason::kMaxTokens});
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(json::serialize(chunks[0]), R"({"choices":[{"text":"Hi","stop_reason":null}]})");
  EXPECT_EQ(json::serialize(chunks[1]), R"({"choices":[{"text":"","stop_reason":"length"}]})");
}

}  // namespace
}  // namespace bedplate::inference
