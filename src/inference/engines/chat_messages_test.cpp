// Conversations in the words of chat completions, with and without tools in the template.
#include "inference/engines/chat_messages.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "inference/engine.hpp"
#include "inference/engines/chat_request.hpp"
#include "inference/engines/tool_prompt.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

Conversation asks(std::vector<ContentBlock> content) {
  Conversation conversation;
  conversation.messages.push_back({Role::kUser, std::move(content)});
  return conversation;
}

const Tool kWeather{"get_weather", "The weather.",
                    R"({"type":"object","properties":{"city":{"$ref":"#/$defs/C"}},)"
                    R"("$defs":{"C":{"type":"string"}}})"};

Conversation with_a_call() {
  Conversation conversation = asks({TextBlock{"Weather?"}});
  conversation.tools = {kWeather};
  conversation.messages.push_back(
      {Role::kAssistant,
       {ReasoningBlock{.text = "hm"}, TextBlock{"I look."},
        ToolUseBlock{.id = "t1", .name = "get_weather", .input = R"({"city":"Rome"})"}}});
  conversation.messages.push_back(
      {Role::kUser,
       {ToolResultBlock{.tool_use_id = "t1", .content = {TextBlock{"sunny"}}}, TextBlock{"So?"}}});
  return conversation;
}

json::object body_of(const Conversation& conversation, const ServerTraits& traits) {
  GenerationRequest request;
  request.prompt = conversation;
  return json::parse(generation_call(request, traits, "").body).as_object();
}

TEST(ChatMessages, JoinsTextsAndKeepsImagesInTheirPlace) {
  EXPECT_EQ(json::serialize(chat_messages(asks({TextBlock{"a"}, TextBlock{"b"}}))),
            R"([{"role":"user","content":"a\nb"}])");
  EXPECT_EQ(json::serialize(
                chat_messages(asks({TextBlock{"a"}, ImageBlock{"png", "xyz"}, TextBlock{"b"}}))),
            R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url",)"
            R"("image_url":{"url":"data:image/png;base64,eHl6"}},{"type":"text","text":"b"}]}])");
}

TEST(ChatMessages, ShowsDocumentsBetweenTags) {
  DocumentBlock document{.name = "report", .parts = {"one", "two\n"}, .context = "2026"};
  document.unit = DocumentBlock::Unit::kPages;
  const json::array messages = chat_messages(asks({document, TextBlock{"Summarise."}}));
  EXPECT_EQ(messages[0].at("content").as_string(),
            "<document name=\"report\">\n<context>2026</context>\n<page number=\"1\">\none\n</page>"
            "\n<page number=\"2\">\ntwo\n</page>\n</document>\nSummarise.");
}

TEST(ChatMessages, ResultsStandBeforeTheTurnTheyComeWith) {
  const json::array messages = chat_messages(with_a_call());
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(json::serialize(messages[1]),
            R"({"role":"assistant","content":"I look.","reasoning_content":"hm","tool_calls":[)"
            R"({"id":"t1","type":"function","function":{"name":"get_weather",)"
            R"("arguments":"{\"city\":\"Rome\"}"}}]})");
  EXPECT_EQ(json::serialize(messages[2]),
            R"({"role":"tool","content":"sunny","tool_call_id":"t1"})");
  EXPECT_EQ(messages[3].at("content"), "So?");
}

TEST(ChatMessages, ImagesOfAResultFollowInAMessageOfTheUser) {
  ToolResultBlock result{.tool_use_id = "t", .content = {ImageBlock{"png", "x"}}, .is_error = true};
  const json::array messages = chat_messages(asks({result}));
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].at("content"), "The tool failed:");
  EXPECT_EQ(messages[1].at("role"), "user");
  EXPECT_TRUE(holds_images(asks({result})));
}

TEST(ChatRequest, ToolsOfTheTemplate) {
  const json::object body = body_of(with_a_call(), {.dialect = Dialect::kVllm});
  EXPECT_EQ(body.at("tool_choice"), "auto");
  EXPECT_EQ(body.at("tools").as_array().size(), 1U);
  Conversation forced = with_a_call();
  forced.tool_choice = {ToolChoice::Kind::kTool, "get_weather"};
  EXPECT_EQ(json::serialize(body_of(forced, {.dialect = Dialect::kVllm}).at("tool_choice")),
            R"({"type":"function","function":{"name":"get_weather"}})");
}

TEST(ChatRequest, LlamaServerIsForcedByAGrammar) {
  Conversation conversation = with_a_call();
  conversation.tool_choice.kind = ToolChoice::Kind::kAny;
  const json::object body = body_of(conversation, {.dialect = Dialect::kLlamaCpp});
  EXPECT_EQ(body.at("tool_choice"), "none");
  const json::value& schema = body.at("response_format").at("json_schema").at("schema");
  EXPECT_EQ(schema.at("properties").at("name").at("const"), "get_weather");
  EXPECT_EQ(schema.at("properties").at("arguments").at("$ref"), "#/$defs/tool_0");
  EXPECT_EQ(schema.at("$defs").at("tool_0").at("properties").at("city").at("$ref"),
            "#/$defs/tool_0/$defs/C");
}

TEST(ChatRequest, AForcedCallLeavesNoRoomForThinking) {
  GenerationRequest request;
  Conversation conversation = with_a_call();
  conversation.tool_choice.kind = ToolChoice::Kind::kAny;
  request.prompt = conversation;
  request.reasoning.enabled = true;
  const json::value body =
      json::parse(generation_call(request, {.dialect = Dialect::kLlamaCpp}, "").body);
  EXPECT_EQ(body.at("chat_template_kwargs").at("enable_thinking"), false);
}

TEST(ChatRequest, TemplatesWithoutToolsAreToldOfThemInTheSystemPrompt) {
  const ServerTraits traits{.dialect = Dialect::kLlamaCpp, .template_takes_tools = false};
  const json::object body = body_of(with_a_call(), traits);
  EXPECT_FALSE(body.contains("tools"));
  const json::array& messages = body.at("messages").as_array();
  EXPECT_EQ(messages[0].at("role"), "system");
  EXPECT_NE(messages[0].at("content").as_string().find("get_weather"), std::string::npos);
  EXPECT_EQ(messages[2].at("content").as_string(),
            "I look.<tool_call>\n{\"name\":\"get_weather\",\"arguments\":{\"city\":\"Rome\"}}\n"
            "</tool_call>");
  EXPECT_EQ(messages[3].at("content").as_string(), "<tool_response>\nsunny\n</tool_response>\nSo?");
}

TEST(ChatRequest, ACallSchemaNamesEachToolOrTheOneChosen) {
  Conversation conversation = asks({TextBlock{"x"}});
  conversation.tools = {kWeather, {"other", "", "{}"}};
  conversation.tool_choice.kind = ToolChoice::Kind::kAny;
  EXPECT_EQ(json::parse(call_schema(conversation)).at("anyOf").as_array().size(), 2U);
  conversation.tool_choice = {ToolChoice::Kind::kTool, "other"};
  const json::value schema = json::parse(call_schema(conversation));
  EXPECT_EQ(schema.at("properties").at("name").at("const"), "other");
  EXPECT_EQ(schema.at("$defs").at("tool_0").at("type"), "object");
}

TEST(ChatRequest, ImagesNeedWeightsThatReadThem) {
  GenerationRequest request;
  request.prompt = asks({ImageBlock{"png", "x"}});
  EXPECT_THROW(generation_call(request, {.reads_images = false}, ""), EngineError);
}

TEST(ChatRequest, ReasoningAndSchemas) {
  GenerationRequest request;
  request.prompt = asks({TextBlock{"x"}});
  request.reasoning = {.enabled = true, .budget_tokens = 1024};
  request.output_schema = R"({"type":"object"})";
  const json::value body =
      json::parse(generation_call(request, {.dialect = Dialect::kLlamaCpp}, "").body);
  EXPECT_EQ(body.at("chat_template_kwargs").at("enable_thinking"), true);
  EXPECT_EQ(body.at("reasoning_budget_tokens"), 1024);
  EXPECT_EQ(body.at("response_format").at("json_schema").at("schema").at("type"), "object");
}

}  // namespace
}  // namespace bedplate::inference
