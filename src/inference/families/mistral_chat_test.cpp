// Mistral's chat bodies, as AWS's guide shows them. What they share with OpenAI's is tested there.
#include <gmock/gmock.h>

#include "inference/families/chat_family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;
using testing::HasSubstr;

const CatalogueModel& large() {
  static const CatalogueModel model = catalogue_model("mistral.mistral-large-2407-v1:0");
  return model;
}

const CatalogueModel& pixtral() {
  static const CatalogueModel model = catalogue_model("mistral.pixtral-large-2502-v1:0");
  return model;
}

const CatalogueModel& magistral() {
  static const CatalogueModel model = catalogue_model("mistral.magistral-small-2509");
  return model;
}

std::string said(std::string_view body, const CatalogueModel& model = large()) {
  return refusal_of(mistral_chat(), body, model);
}

std::string with(std::string_view members) {
  return R"({"messages": [{"role": "user", "content": "x"}], )" + std::string(members) + "}";
}

constexpr std::string_view kTools =
    R"("tools": [{"type": "function", "function": {"name": "top_song", "parameters":
        {"type": "object", "properties": {"sign": {"type": "string"}}, "required": ["sign"]}}}])";

TEST(MistralChat, IsFound) {
  EXPECT_EQ(find_family("mistral-chat"), &mistral_chat());
  EXPECT_EQ(large().family, "mistral-chat");
}

TEST(MistralChat, ReadsParametersAndTheirDefaults) {
  const auto bare = parse_body(mistral_chat(), with(R"("n": 1)"), large());
  EXPECT_EQ(bare.sampling.temperature, 0.7);
  EXPECT_EQ(bare.sampling.top_p, 1.0);
  EXPECT_EQ(bare.sampling.max_tokens, 8192);
  const auto full = parse_body(mistral_chat(), with(R"("temperature": 0.1, "top_p": 0.5,
      "max_tokens": 9, "stop": ["a", "b"], "random_seed": 4, "presence_penalty": 1,
      "frequency_penalty": -1, "safe_prompt": false, "response_format": {"type": "json_object"})"),
                               large());
  EXPECT_EQ(full.sampling.temperature, 0.1);
  EXPECT_EQ(full.sampling.max_tokens, 9);
  EXPECT_EQ(full.sampling.seed, 4);
  EXPECT_EQ(full.sampling.stop_sequences, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(full.output_schema, R"({"type":"object"})");
}

TEST(MistralChat, BoundsAreThoseOfTheModel) {
  EXPECT_EQ(said(with(R"("max_tokens": 8193)")),
            malformed_text("#/max_tokens: 8193 is not less or equal to 8192"));
  EXPECT_EQ(said(with(R"("max_tokens": 0)")),
            malformed_text("#/max_tokens: 0 is not greater or equal to 1"));
  EXPECT_EQ(said(with(R"("max_tokens": 16384)"), pixtral()), "accepted");
  EXPECT_EQ(said(with(R"("top_p": 1.5)")),
            malformed_text("#/top_p: 1.5 is not less or equal to 1"));
  EXPECT_EQ(said(with(R"("top_k": 5)")),
            malformed_text("#: extraneous key [top_k] is not permitted"));
  EXPECT_EQ(said("{}"), malformed_text("#: required key [messages] not found"));
}

TEST(MistralChat, ChoicesAreItsOwnWords) {
  const auto kind = [](std::string_view choice) {
    const std::string body =
        with(std::string(kTools) + R"(, "tool_choice": )" + std::string(choice));
    return conversation_of(mistral_chat(), body, large()).tool_choice.kind;
  };
  EXPECT_EQ(kind(R"("auto")"), ToolChoice::Kind::kAuto);
  EXPECT_EQ(kind(R"("any")"), ToolChoice::Kind::kAny);
  EXPECT_EQ(kind(R"("none")"), ToolChoice::Kind::kNone);
  EXPECT_EQ(said(with(R"("tool_choice": "any")")),
            "ValidationException: 'tool_choice' is only allowed when 'tools' are specified.");
}

// The guide's own example: no type, an id of 22 characters, an empty content.
TEST(MistralChat, ReadsTheGuidesHistory) {
  const auto conversation = conversation_of(mistral_chat(), R"({"messages": [
      {"role": "user", "content": "What is the most popular song on WZPZ?"},
      {"role": "assistant", "content": "", "tool_calls": [{"id": "v6RMMiRlT7ygYkT4uULjtg",
          "function": {"name": "top_song", "arguments": "{\"sign\": \"WZPZ\"}"}}]},
      {"role": "tool", "tool_call_id": "v6RMMiRlT7ygYkT4uULjtg", "content": "{\"song\": \"x\"}"}],
      )" + std::string(kTools) + "}",
                                            large());
  ASSERT_EQ(conversation.messages.size(), 3u);
  EXPECT_EQ(std::get<ToolUseBlock>(conversation.messages[1].content.back()).input,
            R"({"sign": "WZPZ"})");
  EXPECT_EQ(block_at<ToolResultBlock>(conversation.messages[2], 0).tool_use_id,
            "v6RMMiRlT7ygYkT4uULjtg");
}

TEST(MistralChat, ArgumentsMayBeAnObject) {
  const auto conversation = conversation_of(mistral_chat(), R"({"messages": [
      {"role": "user", "content": "x"},
      {"role": "assistant", "tool_calls": [{"id": "abcdefghi",
          "function": {"name": "top_song", "arguments": {"sign": "A"}}}]},
      {"role": "tool", "tool_call_id": "abcdefghi", "name": "top_song", "content": "y"}]})",
                                            large());
  EXPECT_EQ(block_at<ToolUseBlock>(conversation.messages[1], 0).input, R"({"sign":"A"})");
}

TEST(MistralChat, APrefillMustBeMarked) {
  const auto body = [](std::string_view more) {
    return R"({"messages": [{"role": "user", "content": "x"},
        {"role": "assistant", "content": "So")" +
           std::string(more) + "}]}";
  };
  EXPECT_THAT(said(body("")), HasSubstr("Expected last role User or Tool"));
  EXPECT_THAT(said(body(R"(, "prefix": false)")), HasSubstr("Expected last role User or Tool"));
  EXPECT_EQ(said(body(R"(, "prefix": true)")), "accepted");
}

TEST(MistralChat, PixtralSeesAndLargeDoesNot) {
  for (const char* image :
       {R"({"url": "data:image/png;base64,QUJD"})", R"("data:image/png;base64,QUJD")"}) {
    const std::string body = R"({"messages": [{"role": "user", "content": [
        {"text": "Describe this picture:", "type": "text"},
        {"type": "image_url", "image_url": )" +
                             std::string(image) + "}]}]}";
    const auto conversation = conversation_of(mistral_chat(), body, pixtral());
    EXPECT_EQ(block_at<ImageBlock>(conversation.messages.at(0), 1).bytes, "ABC");
    EXPECT_THAT(said(body), HasSubstr("doesn't support the image content block"));
  }
}

TEST(MistralChat, WhatItCannotDoIsRefused) {
  EXPECT_THAT(said(with(R"("safe_prompt": true)")), HasSubstr("safe_prompt"));
  EXPECT_THAT(said(R"({"messages": [{"role": "user", "content": [{"type": "input_audio",
                  "input_audio": {"data": "QUJD", "format": "mp3"}}]}]})",
                   catalogue_model("mistral.voxtral-mini-3b-2507")),
              HasSubstr("doesn't support the input_audio content part"));
  EXPECT_EQ(said(with(R"("n": 2)")), malformed_text("#/n: 2 is not less or equal to 1"));
}

TEST(MistralChat, MagistralReasonsUnlessToldNotTo) {
  EXPECT_FALSE(parse_body(mistral_chat(), with(R"("n": 1)"), large()).reasoning.enabled);
  EXPECT_TRUE(parse_body(mistral_chat(), with(R"("n": 1)"), magistral()).reasoning.enabled);
  EXPECT_FALSE(
      parse_body(mistral_chat(), with(R"("prompt_mode": null)"), magistral()).reasoning.enabled);
  EXPECT_TRUE(
      parse_body(mistral_chat(), with(R"("prompt_mode": "reasoning")"), large()).reasoning.enabled);
  EXPECT_THAT(said(with(R"("prompt_mode": "poetry")")), HasSubstr("poetry is not a valid enum"));
}

TEST(MistralChat, ReplyNamesItsStopReasonTwice) {
  GenerationReply reply;
  reply.content = {TextBlock{"Hi"}};
  reply.end = end_of(StopReason::kMaxTokens);
  EXPECT_EQ(json::serialize(mistral_chat().render(reply, context_for(large()))),
            R"({"id":"request-1","object":"chat.completion","created":1700000000,)"
            R"("model":"mistral.mistral-large-2407-v1:0","choices":[{"index":0,)"
            R"("message":{"role":"assistant","content":"Hi"},"stop_reason":"length",)"
            R"("finish_reason":"length"}],"usage":{"prompt_tokens":12,"completion_tokens":5,)"
            R"("total_tokens":17}})");
}

TEST(MistralChat, ReplyHoldsCallsWithIdsOfNine) {
  const auto reply =
      mistral_chat().render(reply_with_calls(StopReason::kToolUse, R"({"a)"), context_for(large()));
  const auto& choice = reply.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("stop_reason"), "tool_calls");
  const auto& calls = choice.at("message").at("tool_calls").as_array();
  ASSERT_EQ(calls.size(), 2u);
  for (const auto& call : calls) {
    const std::string_view id = call.at("id").as_string();
    EXPECT_EQ(id.size(), 9u);
    EXPECT_TRUE(std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c); }));
  }
  EXPECT_EQ(calls[1].at("function").at("arguments"), R"({"a)");
}

TEST(MistralChat, StreamsMessagesAndTheCallsAtTheEnd) {
  const auto chunks = rendered_chunks(
      mistral_chat(), context_for(large()),
      {GenerationStart{12}, ReasoningDelta{"Hm"}, TextDelta{"So", {}}, ToolUseStart{"top_song"},
       ToolInputDelta{R"({"sign":)"}, ToolInputDelta{R"("A"})"}, end_of(StopReason::kToolUse)});
  std::string all;
  for (const auto& chunk : chunks) {
    EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
    json::object choice = chunk.at("choices").at(0).as_object();
    auto& message = choice["message"].as_object();
    if (message.contains("tool_calls")) message["tool_calls"].at(0).as_object()["id"] = "ID";
    all += json::serialize(choice) + "\n";
  }
  EXPECT_EQ(all,
            R"({"index":0,"message":{"role":"assistant","content":""},"stop_reason":null}
{"index":0,"message":{"role":"assistant","content":"","reasoning_content":"Hm"},"stop_reason":null}
{"index":0,"message":{"role":"assistant","content":"So"},"stop_reason":null}
)"
            R"({"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"ID",)"
            R"("type":"function","function":{"name":"top_song","arguments":"{\"sign\":\"A\"}"}}]},)"
            R"("stop_reason":"tool_calls"})"
            "\n");
  EXPECT_EQ(chunks.back().at("usage").at("total_tokens"), 17);
}

TEST(MistralChat, AdditionalFieldsOfConverse) {
  GenerationRequest request;
  mistral_chat().read_additional_fields(parse_body_object(R"({"random_seed": 3})"), request);
  EXPECT_EQ(request.sampling.seed, 3);
  EXPECT_THROW(mistral_chat().read_additional_fields(parse_body_object(R"({"x": 3})"), request),
               ApiError);
}

}  // namespace
}  // namespace bedplate::inference
