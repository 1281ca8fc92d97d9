// Writer's Palmyra.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& palmyra() {
  static const FamilyUnderTest tested{writer(), model_named("writer.palmyra-x5-v1:0")};
  return tested;
}

std::string with(std::string_view more, bool stream = false) {
  return palmyra().refusal(
      R"({"messages":[{"role":"user","content":"x"}],)" + std::string(more) + "}", stream);
}

// The guide writes a content as `{"text": …}` in one place and as a text in another.
TEST(Writer, ReadsMessages) {
  const auto request = palmyra().parse(
      R"({"messages":[{"role":"user","content":{"text":"Hi"}}],"seed":7,"stop":["a"]})");
  EXPECT_EQ(said(conversation_of(request), 0), "Hi");
  EXPECT_EQ(request.sampling.max_tokens, 16) << "the guide's default";
  EXPECT_EQ(request.sampling.seed, 7);
}

TEST(Writer, ReadsAPrompt) {
  EXPECT_EQ(said(conversation_of(palmyra().parse(R"({"prompt":"Hi"})")), 0), "Hi");
  EXPECT_EQ(palmyra().refusal(R"({"prompt":"Hi","messages":[]})"),
            malformed_input("#: extraneous key [messages] is not permitted"));
}

TEST(Writer, RefusesInTheSchemasWords) {
  EXPECT_EQ(palmyra().refusal("{}"), malformed_input("#: required key [messages] not found"));
  EXPECT_EQ(with(R"("max_tokens":8193)"),
            malformed_input("#/max_tokens: 8193 is not less or equal to 8192"));
  EXPECT_EQ(with(R"("top_p":0)"), malformed_input("#/top_p: 0 is not greater than 0"));
  EXPECT_EQ(with(R"("min_tokens":4)"),
            malformed_input("#/min_tokens: 4 is not less or equal to 0"));
  EXPECT_EQ(with(R"("presence_penalty":-2.5)"),
            malformed_input("#/presence_penalty: -2.5 is not greater or equal to -2"));
  EXPECT_EQ(with(R"("tool_choice":"any")"),
            malformed_input("#/tool_choice: any is not a valid enum value"));
  EXPECT_EQ(with(R"("stream":true)"), "'stream' must be false or absent for InvokeModel.");
  EXPECT_EQ(with(R"("stream":true)", true), "accepted");
}

TEST(Writer, ToolChoice) {
  const auto choice = [](std::string_view name) {
    const auto request =
        palmyra().parse(R"({"messages":[{"role":"user","content":"x"}],"tool_choice":")" +
                        std::string(name) + "\"}");
    return conversation_of(request).tool_choice.kind;
  };
  EXPECT_EQ(choice("auto"), ToolChoice::Kind::kAuto);
  EXPECT_EQ(choice("none"), ToolChoice::Kind::kNone);
  EXPECT_EQ(choice("required"), ToolChoice::Kind::kAny);
}

TEST(Writer, RendersChatCompletions) {
  json::object rendered = palmyra().render(
      reply_saying("Hi", {.reason = StopReason::kStopSequence, .stop_sequence = "##"}),
      R"({"messages":[]})");
  EXPECT_TRUE(rendered.at("id").as_string().starts_with("chatcmpl-"));
  rendered["id"] = "";
  rendered["created"] = 1;
  EXPECT_EQ(json::serialize(rendered),
            R"({"id":"","object":"chat.completion","created":1,"model":"writer.palmyra-x5-v1:0",)"
            R"("choices":[{"index":0,"message":{"role":"assistant","reasoning_content":null,)"
            R"("content":"Hi","tool_calls":[]},"logprobs":null,"finish_reason":"stop",)"
            R"("stop_reason":"##"}],"usage":{"prompt_tokens":12,"completion_tokens":5,)"
            R"("total_tokens":17,"prompt_tokens_details":null},"prompt_logprobs":null})");
}

TEST(Writer, RendersTextCompletions) {
  const json::object rendered = palmyra().render(reply_saying("Hi"), R"({"prompt":"x"})");
  EXPECT_EQ(rendered.at("object"), "text_completion");
  EXPECT_EQ(rendered.at("choices").as_array().at(0).at("text"), "Hi");
  const auto chunks = palmyra().chunks({TextDelta{"Hi", {}}}, {}, R"({"prompt":"x"})");
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].at("choices").as_array().at(0).at("text"), "Hi");
  EXPECT_EQ(chunks[1].at("choices").as_array().at(0).at("text"), "");
  EXPECT_EQ(chunks[1].at("choices").as_array().at(0).at("finish_reason"), "stop");
}

TEST(Writer, StreamsDeltas) {
  const auto chunks = palmyra().chunks({TextDelta{"Hi", {}}}, {}, R"({"messages":[]})");
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(chunks[0].at("choices").as_array().at(0).at("delta").at("role"), "assistant");
  EXPECT_EQ(chunks[1].at("choices").as_array().at(0).at("delta").at("content"), "Hi");
  EXPECT_EQ(chunks[2].at("choices").as_array().at(0).at("finish_reason"), "stop");
  EXPECT_EQ(chunks[2].at("usage").at("completion_tokens"), 5);
}

TEST(Writer, ConverseTakesTheFurtherSampling) {
  EXPECT_EQ(palmyra().fields(R"({"seed":3})").seed, 3);
  EXPECT_NE(palmyra().refused_fields(R"({"logit_bias":{}})"), "accepted");
}

}  // namespace
}  // namespace bedplate::inference
