// What Converse is asked for.
#include "inference/engines/converse_body.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "inference/engine.hpp"
#include "inference/engines/converse_fields.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

constexpr const char* kClaude = "us.anthropic.claude-sonnet-4-20250514-v1:0";
constexpr const char* kLlama = "meta.llama3-8b-instruct-v1:0";

GenerationRequest says(std::vector<ContentBlock> content) {
  GenerationRequest request;
  Conversation conversation;
  conversation.messages.push_back({Role::kUser, std::move(content)});
  request.prompt = std::move(conversation);
  return request;
}
GenerationRequest hello() {
  return says({TextBlock{"Hello"}});
}
Conversation& conversation_of(GenerationRequest& request) {
  return std::get<Conversation>(request.prompt);
}
json::value body_of(const GenerationRequest& request, const std::string& model = kClaude) {
  return json::parse(converse_body(request, model));
}
json::value expected(const std::string& text) {
  return json::parse(text);
}
std::string refused(const GenerationRequest& request, const std::string& model = kClaude) {
  try {
    converse_body(request, model);
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind, EngineError::Kind::kInvalidRequest);
    return error.what();
  }
  return "accepted";
}

TEST(ConverseBodyTest, TextAlone) {
  EXPECT_EQ(body_of(hello()),
            expected(R"({"messages":[{"role":"user","content":[{"text":"Hello"}]}]})"));
}

TEST(ConverseBodyTest, ImagesDocumentsAndCachePoints) {
  DocumentBlock document{.name = "notes", .format = "pdf", .parts = {"One.", "Two."}};
  document.context = "Mine.";
  auto request =
      says({ImageBlock{"png", "abc"}, document, CachePoint{}, CachePoint{std::chrono::hours(1)}});
  conversation_of(request).system = {TextBlock{"Be brief."}, CachePoint{}};
  EXPECT_EQ(body_of(request), expected(R"({
    "messages": [{"role": "user", "content": [
      {"image": {"format": "png", "source": {"bytes": "YWJj"}}},
      {"document": {"format": "txt", "name": "notes", "context": "Mine.",
                    "source": {"bytes": ")" +
                                       base64_encode("One.\n\nTwo.") + R"("}}},
      {"cachePoint": {"type": "default"}},
      {"cachePoint": {"type": "default", "ttl": "1h"}}]}],
    "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}]})"));
}

TEST(ConverseBodyTest, DocumentNamesAreMadeToFit) {
  const auto named = [](const std::string& name) {
    return DocumentBlock{.name = name, .format = "txt", .parts = {"x"}};
  };
  auto request = says({named("a/b:  c.txt"), named(""), named(""), named(std::string(300, 'n'))});
  conversation_of(request).messages.push_back(
      {Role::kUser, {ToolResultBlock{"t1", {named("a-b- c-txt")}}}});
  const json::value body = body_of(request);
  const auto name = [&](const std::string& pointer) {
    return std::string(body.at_pointer(pointer + "/document/name").as_string());
  };
  EXPECT_EQ(name("/messages/0/content/0"), "a-b- c-txt");
  EXPECT_EQ(name("/messages/0/content/1"), "document");
  EXPECT_EQ(name("/messages/0/content/2"), "document (2)");
  EXPECT_EQ(name("/messages/0/content/3").size(), 200u);
  EXPECT_EQ(name("/messages/1/content/0/toolResult/content/0"), "a-b- c-txt (2)");
}

TEST(ConverseBodyTest, ToolsCallsAndResults) {
  auto request = hello();
  Conversation& conversation = conversation_of(request);
  conversation.messages.push_back({Role::kAssistant, {ToolUseBlock{"t1", "add", R"({"a":1})"}}});
  conversation.messages.push_back(
      {Role::kUser, {ToolResultBlock{"t1", {TextBlock{"2"}, ImageBlock{"png", "a"}}, true}}});
  conversation.tools = {{"add", "Adds.", R"({"type":"object"})"}};
  conversation.cache_tools = true;
  conversation.tool_choice = {ToolChoice::Kind::kTool, "add"};
  const json::value body = body_of(request);
  EXPECT_EQ(body.at("toolConfig"), expected(R"({
    "tools": [{"toolSpec": {"name": "add", "description": "Adds.",
                            "inputSchema": {"json": {"type": "object"}}}},
              {"cachePoint": {"type": "default"}}],
    "toolChoice": {"tool": {"name": "add"}}})"));
  EXPECT_EQ(body.at_pointer("/messages/1/content/0"),
            expected(R"({"toolUse":{"toolUseId":"t1","name":"add","input":{"a":1}}})"));
  EXPECT_EQ(body.at_pointer("/messages/2/content/0"), expected(R"({"toolResult": {
    "toolUseId": "t1", "status": "error",
    "content": [{"text": "2"}, {"image": {"format": "png", "source": {"bytes": "YQ=="}}}]}})"));
  conversation.tool_choice = {ToolChoice::Kind::kAny};
  EXPECT_EQ(body_of(request).at_pointer("/toolConfig/toolChoice"), expected(R"({"any":{}})"));
  conversation.tool_choice = {ToolChoice::Kind::kNone};
  EXPECT_NE(refused(request).find("cannot forbid tools"), std::string::npos);
}

TEST(ConverseBodyTest, ForbiddenToolsThatNobodySawAreLeftOut) {
  auto request = hello();
  conversation_of(request).tools = {{"add", "", R"({"type":"object"})"}};
  conversation_of(request).tool_choice = {ToolChoice::Kind::kNone};
  EXPECT_EQ(body_of(request), body_of(hello()));
}

TEST(ConverseBodyTest, ThinkingGoesBackToWhoSignedIt) {
  auto request = hello();
  conversation_of(request).messages.push_back(
      {Role::kAssistant,
       {ReasoningBlock{"Mine.", "ours.theirs", ""}, ReasoningBlock{"Another's.", "ours", ""},
        ReasoningBlock{"Nobody's.", "", ""}}});
  EXPECT_EQ(body_of(request).at_pointer("/messages/1/content"), expected(R"([
    {"reasoningContent": {"reasoningText": {"text": "Mine.", "signature": "theirs"}}},
    {"reasoningContent": {"reasoningText": {"text": "Nobody's."}}}])"));
}

TEST(ConverseBodyTest, Sampling) {
  auto request = hello();
  request.sampling = {.temperature = 0.5, .top_p = 0.25, .max_tokens = 7, .stop_sequences = {"A"}};
  const json::value body = body_of(request, kLlama);
  EXPECT_EQ(body.at("inferenceConfig"), expected(R"({"maxTokens": 7, "temperature": 0.5,
    "topP": 0.25, "stopSequences": ["A"]})"));
  EXPECT_EQ(body.at("additionalModelResponseFieldPaths"), expected(R"(["/stop_sequence"])"));
  request.sampling = {.temperature = 1.0, .top_p = 0.999};
  EXPECT_EQ(body_of(request), body_of(hello()));
  EXPECT_TRUE(body_of(request, kLlama).as_object().contains("inferenceConfig"));
}

TEST(ConverseBodyTest, SchemaAndEffort) {
  auto request = hello();
  request.output_schema = R"({"type":"object"})";
  request.reasoning.effort = "low";
  EXPECT_EQ(body_of(request).at("outputConfig"), expected(R"({"effort": "low", "textFormat": {
    "type": "json_schema",
    "structure": {"jsonSchema": {"schema": "{\"type\":\"object\"}"}}}})"));
}

TEST(ConverseBodyTest, WhatConverseHasNoPlaceFor) {
  GenerationRequest raw;
  raw.prompt = RawPrompt{"Hello"};
  EXPECT_NE(refused(raw).find("no raw prompts"), std::string::npos);
  auto probabilities = hello();
  probabilities.token_probabilities = true;
  EXPECT_NE(refused(probabilities).find("no probabilities"), std::string::npos);
  auto schema = hello();
  conversation_of(schema).tools = {{"add", "", "{"}};
  EXPECT_NE(refused(schema).find("is not JSON"), std::string::npos);
}

TEST(ConverseBodyTest, CountingAsksForThePromptAlone) {
  auto request = hello();
  request.sampling.max_tokens = 7;
  request.reasoning = {.enabled = true, .budget_tokens = 1'024};
  EXPECT_EQ(json::parse(converse_counting_body(request, kClaude)), expected(R"({"input": {
    "converse": {"messages": [{"role": "user", "content": [{"text": "Hello"}]}],
      "additionalModelRequestFields": {
        "thinking": {"type": "enabled", "budget_tokens": 1024}}}}})"));
}

TEST(ConverseFieldsTest, ProviderOfAnId) {
  EXPECT_EQ(provider_of(kClaude, ""), ModelProvider::kAnthropic);
  EXPECT_EQ(provider_of("arn:aws:bedrock:us-east-1::foundation-model/mistral.x", ""),
            ModelProvider::kMistral);
  EXPECT_EQ(provider_of("arn:aws:bedrock:us-east-1:1:application-inference-profile/x", kClaude),
            ModelProvider::kAnthropic);
  EXPECT_EQ(provider_of(kLlama, kClaude), ModelProvider::kOther);
  EXPECT_EQ(provider_of("my-cohere.model", ""), ModelProvider::kOther);
}

TEST(ConverseFieldsTest, EachProvidersOwnNames) {
  auto request = hello();
  request.sampling = {.top_k = 9};
  const auto fields = [&](ModelProvider provider) {
    return json::value(converse_fields(request, provider));
  };
  EXPECT_EQ(fields(ModelProvider::kAnthropic), expected(R"({"top_k":9})"));
  EXPECT_EQ(fields(ModelProvider::kCohere), expected(R"({"k":9})"));
  EXPECT_EQ(fields(ModelProvider::kNova), expected(R"({"inferenceConfig":{"topK":9}})"));
  EXPECT_THROW(fields(ModelProvider::kOther), EngineError);
  request.sampling = {.seed = 3, .frequency_penalty = 0.5, .presence_penalty = 0.0};
  EXPECT_EQ(fields(ModelProvider::kCohere), expected(R"({"seed":3,"frequency_penalty":0.5})"));
  EXPECT_EQ(fields(ModelProvider::kMistral),
            expected(R"({"random_seed":3,"frequency_penalty":0.5})"));
  EXPECT_THROW(fields(ModelProvider::kAnthropic), EngineError);
  request.sampling.seed.reset();
  EXPECT_THROW(fields(ModelProvider::kAnthropic), EngineError);
}

TEST(ConverseFieldsTest, Reasoning) {
  auto request = hello();
  request.reasoning = {.enabled = true, .budget_tokens = std::nullopt, .effort = "low"};
  const auto fields = [&](ModelProvider provider) {
    return json::value(converse_fields(request, provider));
  };
  EXPECT_EQ(fields(ModelProvider::kAnthropic), expected(R"({"thinking":{"type":"adaptive"}})"));
  EXPECT_EQ(fields(ModelProvider::kNova),
            expected(R"({"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}})"));
  EXPECT_EQ(fields(ModelProvider::kChat), expected(R"({"reasoning_effort":"low"})"));
  EXPECT_EQ(fields(ModelProvider::kOther), expected("{}"));
  request.reasoning.budget_tokens = 1'024;
  EXPECT_THROW(fields(ModelProvider::kNova), EngineError);
}

}  // namespace
}  // namespace bedplate::inference
