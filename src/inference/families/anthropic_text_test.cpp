// Anthropic Text Completions.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& claude_2() {
  static const FamilyUnderTest tested{anthropic_text(), model_named("anthropic.claude-v2:1", 8191)};
  return tested;
}

/// `more`: further members, each after a comma.
std::string body_with(std::string_view prompt, std::string_view more = "") {
  return R"({"max_tokens_to_sample":40,"prompt":)" + json::serialize(json::string(prompt)) +
         std::string(more) + "}";
}

Conversation read(std::string_view prompt) {
  return conversation_of(claude_2().parse(body_with(prompt)));
}

TEST(AnthropicText, ReadsTheTurnsOfADialogue) {
  const Conversation dialogue =
      read("\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: Who\nare you?\n\nAssistant:");
  ASSERT_EQ(dialogue.messages.size(), 3U);
  EXPECT_EQ(said(dialogue, 0), "Hi");
  EXPECT_EQ(dialogue.messages[1].role, Role::kAssistant);
  EXPECT_EQ(said(dialogue, 1), "Hello!");
  EXPECT_EQ(said(dialogue, 2), "Who\nare you?");
  EXPECT_TRUE(dialogue.system.empty());
}

TEST(AnthropicText, WhatStandsBeforeTheFirstTurnIsTheSystemPrompt) {
  const Conversation dialogue = read("Be brief.\n\nHuman: Hi\n\nAssistant:");
  ASSERT_EQ(dialogue.system.size(), 1U);
  EXPECT_EQ(std::get<TextBlock>(dialogue.system[0]).text, "Be brief.");
}

TEST(AnthropicText, WhatStandsBehindTheLastMarkBeginsTheReply) {
  const Conversation dialogue = read("\n\nHuman: A haiku\n\nAssistant: Silent \n");
  ASSERT_EQ(dialogue.messages.size(), 2U);
  EXPECT_EQ(said(dialogue, 1), "Silent");
}

// Recorded with claude-v2:1 and claude-instant-v1.
TEST(AnthropicText, TakesTheMarksOnOneLine) {
  const Conversation dialogue = read("Human: Tell me a joke Assistant:");
  ASSERT_EQ(dialogue.messages.size(), 1U);
  EXPECT_EQ(said(dialogue, 0), "Tell me a joke");
}

TEST(AnthropicText, MarksInsideATextAreText) {
  const Conversation dialogue =
      read("\n\nHuman: What do \"Human:\" and \"Assistant:\" mean?\n\nAssistant:");
  ASSERT_EQ(dialogue.messages.size(), 1U);
  EXPECT_EQ(said(dialogue, 0), "What do \"Human:\" and \"Assistant:\" mean?");
}

TEST(AnthropicText, JoinsTurnsOfOneRole) {
  const Conversation dialogue = read("\n\nHuman: One\n\nHuman: Two\n\nAssistant:");
  ASSERT_EQ(dialogue.messages.size(), 1U);
  EXPECT_EQ(said(dialogue, 0, 1), "Two");
}

TEST(AnthropicText, RefusesAPromptWithoutTurns) {
  EXPECT_EQ(claude_2().refusal(body_with("Hello")),
            "Invalid prompt: prompt must start with \"\n\nHuman:\" turn, prompt must end with "
            "\"\n\nAssistant:\" turn");
  EXPECT_EQ(claude_2().refusal(body_with("\n\nHuman: Hi")),
            "Invalid prompt: prompt must end with \"\n\nAssistant:\" turn");
  EXPECT_EQ(claude_2().refusal(body_with("\n\nAssistant:")),
            "Invalid prompt: prompt must start with \"\n\nHuman:\" turn");
}

TEST(AnthropicText, ReadsTheSampling) {
  const auto request = claude_2().parse(
      body_with("\n\nHuman: Hi\n\nAssistant:",
                R"(,"temperature":0.5,"top_p":0.4,"top_k":3,"stop_sequences":["###"],)"
                R"("anthropic_version":"bedrock-2023-05-31")"));
  EXPECT_EQ(request.sampling.max_tokens, 40);
  EXPECT_EQ(request.sampling.temperature, 0.5);
  EXPECT_EQ(request.sampling.top_p, 0.4);
  EXPECT_EQ(request.sampling.top_k, 3);
  EXPECT_EQ(request.sampling.stop_sequences, (std::vector<std::string>{"###", "\n\nHuman:"}));
}

TEST(AnthropicText, RefusesInTheSchemasWords) {
  const auto& tested = claude_2();
  EXPECT_EQ(tested.refusal("{}"), malformed_input("2 schema violations found"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"\n\nHuman: Hi\n\nAssistant:"})"),
            malformed_input("#: required key [max_tokens_to_sample] not found"));
  EXPECT_EQ(tested.refusal(R"({"max_tokens_to_sample":5})"),
            malformed_input("#: required key [prompt] not found"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"","max_tokens_to_sample":5})"),
            malformed_input("#/prompt: expected minLength: 1, actual: 0"));
  EXPECT_EQ(tested.refusal(R"({"prompt":"x","max_tokens_to_sample":9000})"),
            malformed_input("#/max_tokens_to_sample: 9000 is not less or equal to 8191"));
  const auto with = [&](std::string_view more) {
    return tested.refusal(body_with("\n\nHuman: Hi\n\nAssistant:", more));
  };
  EXPECT_EQ(with(R"(,"temperature":1.5)"),
            malformed_input("#/temperature: 1.5 is not less or equal to 1"));
  EXPECT_EQ(with(R"(,"top_k":501)"), malformed_input("#/top_k: 501 is not less or equal to 500"));
  EXPECT_EQ(with(R"(,"max_tokens":5)"),
            malformed_input("#: extraneous key [max_tokens] is not permitted"));
  EXPECT_EQ(with(R"(,"stop_sequences":["a",""])"),
            malformed_input("#/stop_sequences/1: expected minLength: 1, actual: 0"));
  EXPECT_EQ(with(R"(,"anthropic_version":"2023")"),
            malformed_input("#/anthropic_version: 2023 is not a valid enum value"));
}

TEST(AnthropicText, ReportsWhyItStopped) {
  const auto stopped = [](GenerationEnd end) {
    return claude_2().render(reply_saying("Hi", std::move(end)));
  };
  EXPECT_EQ(json::serialize(stopped({.reason = StopReason::kEndTurn})),
            R"({"type":"completion","completion":"Hi","stop_reason":"stop_sequence",)"
            R"("stop":"\n\nHuman:"})");
  EXPECT_EQ(stopped({.reason = StopReason::kStopSequence, .stop_sequence = "###"}).at("stop"),
            "###");
  EXPECT_EQ(json::serialize(stopped({.reason = StopReason::kMaxTokens})),
            R"({"type":"completion","completion":"Hi","stop_reason":"max_tokens","stop":null})");
  EXPECT_EQ(stopped({.reason = StopReason::kContextWindowExceeded}).at("stop_reason"),
            "max_tokens");
}

TEST(AnthropicText, StreamsCompletions) {
  const auto chunks = claude_2().chunks({TextDelta{"Hel", {}}, TextDelta{"lo", {}}});
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(json::serialize(chunks[0]), R"({"completion":"Hel","stop_reason":null,"stop":null})");
  EXPECT_EQ(json::serialize(chunks[2]),
            R"({"completion":"","stop_reason":"stop_sequence","stop":"\n\nHuman:"})");
}

constexpr std::string_view kMessagesBody =
    R"({"anthropic_version":"bedrock-2023-05-31","max_tokens":5,)"
    R"("messages":[{"role":"user","content":"Hi"}]})";

// Recorded with claude-v2; claude-instant-v1's ids begin otherwise.
TEST(AnthropicText, TakesMessages) {
  const auto request = claude_2().parse(kMessagesBody);
  EXPECT_EQ(said(conversation_of(request), 0), "Hi");
  const json::object reply = claude_2().render(reply_saying("Hello"), kMessagesBody);
  EXPECT_EQ(reply.at("type"), "message");
  EXPECT_EQ(reply.at("model"), "claude-2.1");
  EXPECT_TRUE(reply.at("id").as_string().starts_with("msg_bdrk_01"));
  const auto chunks = claude_2().chunks({TextDelta{"Hello", {}}}, {}, kMessagesBody);
  EXPECT_EQ(chunks.front().at("message").at("model"), "claude-2.1");
  EXPECT_EQ(chunks.back().at("type"), "message_stop");
}

TEST(AnthropicText, ConverseTakesTopK) {
  EXPECT_EQ(claude_2().fields(R"({"top_k":9})").top_k, 9);
  EXPECT_EQ(claude_2().refused_fields(R"({"k":9})"),
            "The model returned the following errors: " +
                malformed_input("#: extraneous key [k] is not permitted"));
}

}  // namespace
}  // namespace bedplate::inference
