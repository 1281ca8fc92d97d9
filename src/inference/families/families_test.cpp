// The native bodies, as their providers document them and as recorded traffic shows them.
#include "inference/families/families.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

CatalogueModel model_of(const char* id, std::int64_t max_output = 0) {
  CatalogueModel model = guess_model(id);
  model.max_output_tokens = max_output;
  return model;
}

GenerationRequest parse(const Family& family, std::string_view body, const CatalogueModel& model,
                        bool stream = false) {
  return family.parse(parse_body_object(body), model, stream);
}

std::string refusal(const Family& family, std::string_view body, const CatalogueModel& model,
                    bool stream = false) {
  try {
    parse(family, body, model, stream);
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "accepted";
}

std::string malformed(std::string_view what) {
  return "ValidationException: Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

const std::string& text_of(const Message& message) {
  return std::get<TextBlock>(message.content.front()).text;
}

GenerationReply reply_of(std::string text, StopReason reason, std::string stop = "") {
  GenerationReply reply;
  reply.content = {TextBlock{std::move(text)}};
  reply.end = {reason, std::move(stop), {12, 5, 0, 0}};
  return reply;
}

/// Everything a generation of two deltas gives, in order.
std::vector<json::object> chunks_of(const Family& family, const ReplyContext& context,
                                    StopReason reason) {
  const auto renderer = family.chunk_renderer(context);
  std::vector<json::object> chunks;
  renderer->render(GenerationStart{12}, chunks);
  renderer->render(TextDelta{"Hel"}, chunks);
  renderer->render(TextDelta{"lo"}, chunks);
  renderer->render(GenerationEnd{reason, "", {12, 5, 0, 0}}, chunks);
  return chunks;
}

ReplyContext context_of(const CatalogueModel& model) {
  ReplyContext context;
  context.model = &model;
  context.model_id = model.id;
  return context;
}

// ---- Bodies in general

TEST(Body, WhatIsNoJsonObjectIsMalformed) {
  for (const char* text : {"", "{", "[]", "\"text\"", "{\"a\": \"\xff\"}", "null"}) {
    EXPECT_THROW(parse_body_object(text), ApiError) << text;
  }
}

TEST(Body, DeepNestingIsRefusedInsteadOfOverflowingTheStack) {
  EXPECT_THROW(parse_body_object(std::string(100'000, '[')), ApiError);
}

TEST(Body, SeveralViolationsAreCounted) {
  const auto model = model_of("meta.llama3-8b-instruct-v1:0");
  EXPECT_EQ(refusal(meta_llama(), R"({"max_gen_len": 8192, "temperature": 3})", model),
            malformed("3 schema violations found"));
}

// ---- Anthropic Messages

constexpr std::string_view kAnthropicHead = R"({"anthropic_version": "bedrock-2023-05-31", )";

std::string anthropic_body(std::string_view rest) {
  return std::string(kAnthropicHead) + std::string(rest) + "}";
}

TEST(AnthropicMessages, ReadsTextAndBlocksAlike) {
  const auto model = model_of("anthropic.claude-3-haiku-20240307-v1:0");
  const auto request = parse(anthropic_messages(), anthropic_body(R"(
      "max_tokens": 64, "temperature": 0, "top_k": 5, "stop_sequences": ["###"],
      "system": [{"type": "text", "text": "Be brief."}],
      "messages": [{"role": "user", "content": "Hi"},
                   {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
                   {"role": "user", "content": [{"type": "text", "text": "A"},
                                                {"type": "text", "text": "B"}]}])"),
                             model);
  const auto& conversation = std::get<Conversation>(request.prompt);
  EXPECT_EQ(std::get<TextBlock>(conversation.system.front()).text, "Be brief.");
  ASSERT_EQ(conversation.messages.size(), 3u);
  EXPECT_EQ(text_of(conversation.messages[0]), "Hi");
  EXPECT_EQ(conversation.messages[1].role, Role::kAssistant);
  EXPECT_EQ(conversation.messages[2].content.size(), 2u);
  EXPECT_EQ(request.sampling.max_tokens, 64);
  EXPECT_EQ(request.sampling.temperature, 0.0);
  EXPECT_EQ(request.sampling.top_k, 5);
  EXPECT_EQ(request.sampling.stop_sequences, std::vector<std::string>{"###"});
}

TEST(AnthropicMessages, RefusesInTheProvidersWords) {
  const auto model = model_of("anthropic.claude-3-haiku-20240307-v1:0", 4096);
  const auto said = [&](std::string_view body) {
    return refusal(anthropic_messages(), body, model);
  };
  EXPECT_EQ(said(anthropic_body(R"("max_tokens": 5)")),
            malformed("#: required key [messages] not found"));
  EXPECT_EQ(said(anthropic_body(R"("max_tokens": 5, "messages": [], "model": "x")")),
            malformed("#: extraneous key [model] is not permitted"));
  EXPECT_EQ(said(anthropic_body(R"("max_tokens": "5", "messages": [])")),
            malformed("#/max_tokens: expected type: Integer, found: String"));
  EXPECT_EQ(
      said(anthropic_body(R"("max_tokens": 5, "messages": [{"role": "user", "content": 7}])")),
      malformed("#/messages/0/content: expected type: JSONArray, found: Integer"));
  EXPECT_EQ(said(anthropic_body(R"("max_tokens": 5, "messages": [])")),
            "ValidationException: messages: at least one message is required");
  EXPECT_EQ(said(anthropic_body(
                R"("max_tokens": 5, "messages": [{"role": "assistant", "content": "x"}])")),
            "ValidationException: messages: first message must use the \"user\" role");
  EXPECT_EQ(
      said(anthropic_body(R"("max_tokens": 5, "messages": [{"role": "user", "content": " "}])")),
      "ValidationException: messages: text content blocks must contain non-whitespace text");
  EXPECT_EQ(
      said(anthropic_body(R"("max_tokens": 5000, "messages": [{"role": "user", "content": "x"}])")),
      "ValidationException: max_tokens: 5000 > 4096, which is the maximum allowed number of "
      "output tokens for claude-3-haiku-20240307");
  EXPECT_EQ(said(anthropic_body(R"("max_tokens": 5, "messages": [{"role": "user", "content": "x"},
                                   {"role": "assistant", "content": "so "}])")),
            "ValidationException: messages: final assistant content cannot end with trailing "
            "whitespace");
}

TEST(AnthropicMessages, WhatIsNotBuiltIsNotDroppedInSilence) {
  const auto model = model_of("anthropic.claude-3-haiku-20240307-v1:0");
  for (const char* extra : {R"("tools": [{"type": "web_search_20250305", "name": "web_search"}])",
                            R"("context_management": {})"}) {
    EXPECT_TRUE(refusal(anthropic_messages(),
                        anthropic_body(R"("max_tokens": 5, "messages": [], )" + std::string(extra)),
                        model)
                    .starts_with("UnknownOperationException"))
        << extra;
  }
}

TEST(AnthropicMessages, ReplyNamesTheModelWithoutProviderAndVersion) {
  const auto model = model_of("anthropic.claude-3-haiku-20240307-v1:0");
  const auto reply = anthropic_messages().render(
      reply_of("Hello", StopReason::kStopSequence, "###"), context_of(model));
  EXPECT_EQ(reply.at("model"), "claude-3-haiku-20240307");
  EXPECT_TRUE(reply.at("id").as_string().starts_with("msg_bdrk_01"));
  EXPECT_EQ(reply.at("content"), (json::value{{{"type", "text"}, {"text", "Hello"}}}));
  EXPECT_EQ(reply.at("stop_reason"), "stop_sequence");
  EXPECT_EQ(reply.at("stop_sequence"), "###");
  EXPECT_EQ(json::serialize(reply.at("usage")), R"({"input_tokens":12,"output_tokens":5})");
}

TEST(AnthropicMessages, StreamHasAnthropicsOrder) {
  const auto model = model_of("anthropic.claude-3-haiku-20240307-v1:0");
  std::string order;
  for (const auto& chunk :
       chunks_of(anthropic_messages(), context_of(model), StopReason::kEndTurn)) {
    order += std::string(chunk.at("type").as_string()) + " ";
  }
  EXPECT_EQ(order,
            "message_start content_block_start content_block_delta content_block_delta "
            "content_block_stop message_delta message_stop ");
}

// ---- Meta Llama

TEST(MetaLlama, ThePromptReachesTheEngineAsItIs) {
  const auto model = model_of("meta.llama3-8b-instruct-v1:0");
  const auto request =
      parse(meta_llama(), R"({"prompt": "<|begin_of_text|>x", "max_gen_len": 7})", model);
  EXPECT_EQ(std::get<RawPrompt>(request.prompt).text, "<|begin_of_text|>x");
  EXPECT_EQ(request.sampling.max_tokens, 7);
}

TEST(MetaLlama, BoundsAreThoseOfTheSchema) {
  const auto model = model_of("meta.llama3-8b-instruct-v1:0");
  EXPECT_EQ(refusal(meta_llama(), R"({"prompt": "x", "max_gen_len": 8192})", model),
            malformed("#/max_gen_len: 8192 is not less or equal to 2048"));
  EXPECT_EQ(refusal(meta_llama(), R"({"prompt": "x", "top_k": 3})", model),
            malformed("#: extraneous key [top_k] is not permitted"));
  EXPECT_EQ(refusal(meta_llama(), R"({"prompt": ""})", model),
            malformed("#/prompt: expected minLength: 1, actual: 0"));
}

TEST(MetaLlama, OnlyTheFirstChunkCountsThePrompt) {
  const auto model = model_of("meta.llama3-8b-instruct-v1:0");
  const auto chunks = chunks_of(meta_llama(), context_of(model), StopReason::kMaxTokens);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(json::serialize(chunks[0]),
            R"({"generation":"Hel","prompt_token_count":12,"generation_token_count":1,)"
            R"("stop_reason":null})");
  EXPECT_TRUE(chunks[1].at("prompt_token_count").is_null());
  EXPECT_EQ(chunks[2].at("stop_reason"), "length");
  EXPECT_EQ(chunks[2].at("generation_token_count"), 5);
}

// ---- Amazon Titan Text

TEST(TitanText, ADialogueBecomesTurns) {
  const auto model = model_of("amazon.titan-text-express-v1");
  const auto request = parse(
      titan_text(), R"({"inputText": "Be kind.\nUser: Hi\nBot: Hello\nUser: Who?\nBot:"})", model);
  const auto& conversation = std::get<Conversation>(request.prompt);
  ASSERT_EQ(conversation.system.size(), 1u);
  EXPECT_EQ(std::get<TextBlock>(conversation.system.front()).text, "Be kind.");
  ASSERT_EQ(conversation.messages.size(), 3u);
  EXPECT_EQ(text_of(conversation.messages[1]), "Hello");
  EXPECT_EQ(text_of(conversation.messages[2]), "Who?");
}

TEST(TitanText, AnyOtherTextIsOneTurn) {
  const auto model = model_of("amazon.titan-text-express-v1");
  const auto request = parse(titan_text(), R"({"inputText": "Write to the User: please"})", model);
  EXPECT_EQ(text_of(std::get<Conversation>(request.prompt).messages.front()),
            "Write to the User: please");
}

TEST(TitanText, OnlyTitansOwnStopSequencesAreAllowed) {
  const auto model = model_of("amazon.titan-text-express-v1");
  const auto said = [&](std::string_view stop) {
    return refusal(titan_text(),
                   R"({"inputText": "x", "textGenerationConfig": {"stopSequences": [)" +
                       std::string(stop) + "]}}",
                   model);
  };
  EXPECT_EQ(said(R"("||", "User:")"), "accepted");
  EXPECT_EQ(said(R"("</stop>")"),
            malformed("#/textGenerationConfig/stopSequences/0: string [</stop>] does not match "
                      "pattern ^(\\|+|User:)$"));
}

TEST(TitanText, ReplyCarriesBothTokenCounts) {
  const auto model = model_of("amazon.titan-text-express-v1");
  EXPECT_EQ(json::serialize(
                titan_text().render(reply_of("Tokyo", StopReason::kMaxTokens), context_of(model))),
            R"({"inputTextTokenCount":12,"results":[{"tokenCount":5,"outputText":"Tokyo",)"
            R"("completionReason":"LENGTH"}]})");
}

}  // namespace
}  // namespace bedplate::inference
