// Chat completion bodies, as OpenAI documents them and AWS's guide restricts them.
#include <gmock/gmock.h>

#include "inference/families/chat_family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;
using testing::HasSubstr;

const CatalogueModel& oss() {
  static const CatalogueModel model = catalogue_model("openai.gpt-oss-20b-1:0");
  return model;
}

const CatalogueModel& gemma() {
  static const CatalogueModel model = catalogue_model("google.gemma-3-4b-it");
  return model;
}

const CatalogueModel& deepseek() {
  static const CatalogueModel model = catalogue_model("deepseek.v3.2");
  return model;
}

std::string said(std::string_view body, const CatalogueModel& model = oss()) {
  return refusal_of(openai_chat(), body, model);
}

/// A body with these messages.
std::string with_messages(std::string_view messages) {
  return R"({"messages": [)" + std::string(messages) + "]}";
}

/// A short question with further members.
std::string with(std::string_view members) {
  return R"({"messages": [{"role": "user", "content": "x"}], )" + std::string(members) + "}";
}

constexpr std::string_view kClock =
    R"({"type": "function", "function": {"name": "clock", "description": "Tells the time.",
        "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}}}})";

std::string with_clock(std::string_view members = "") {
  return with(R"("tools": [)" + std::string(kClock) + "]" + std::string(members));
}

Conversation read(std::string_view body, const CatalogueModel& model = oss()) {
  return conversation_of(openai_chat(), body, model);
}

// ---- Messages

TEST(OpenAiChat, StreamMustMatchTheOperation) {
  const std::string body = with(R"("stream": true)");
  EXPECT_NE(refusal_of(openai_chat(), body, oss(), false), "accepted");
  EXPECT_EQ(refusal_of(openai_chat(), body, oss(), true), "accepted");
}

TEST(OpenAiChat, DeveloperMessagesAreSystemPrompts) {
  const auto request = parse_body(openai_chat(), R"({"messages": [
      {"role": "developer", "content": "Be brief."},
      {"role": "user", "content": [{"type": "text", "text": "Hi"}]}], "stop": "END"})",
                                  oss());
  EXPECT_EQ(std::get<TextBlock>(std::get<Conversation>(request.prompt).system.front()).text,
            "Be brief.");
  EXPECT_EQ(request.sampling.stop_sequences, std::vector<std::string>{"END"});
}

TEST(OpenAiChat, MessagesOfOneRoleAreOneTurn) {
  const auto conversation = read(with_messages(R"(
      {"role": "assistant", "content": "Hello! How can I help you?"},
      {"role": "user", "content": "a"}, {"role": "user", "content": "b", "name": "Ann"})"));
  ASSERT_EQ(conversation.messages.size(), 2u);
  EXPECT_EQ(conversation.messages[0].role, Role::kAssistant);
  EXPECT_EQ(block_at<TextBlock>(conversation.messages[1], 1).text, "b");
}

TEST(OpenAiChat, BadMessagesAreRefused) {
  EXPECT_EQ(said(with_messages("")),
            malformed_text("#/messages: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(said(with_messages(R"({"role": "bot", "content": "x"})")),
            malformed_text("#/messages/0/role: bot is not a valid enum value"));
  EXPECT_EQ(said(with_messages(R"({"role": "user"})")),
            malformed_text("#/messages/0: required key [content] not found"));
  EXPECT_EQ(said(with_messages(R"({"role": "user", "content": 7})")),
            malformed_text("#/messages/0/content: expected type: String, found: Integer"));
  EXPECT_EQ(said(with_messages(R"({"role": "user", "content": [{"type": "poem"}]})")),
            malformed_text("#/messages/0/content/0/type: poem is not a valid enum value"));
  EXPECT_EQ(said(with_messages(R"({"role": "assistant"})")),
            malformed_text("#/messages/0: required key [content] not found"));
  EXPECT_EQ(said(with_messages(R"({"role": "user", "content": "x", "mood": "good"})")),
            malformed_text("#/messages/0: extraneous key [mood] is not permitted"));
  EXPECT_EQ(said(R"({"messages": "x"})"),
            malformed_text("#/messages: expected type: JSONArray, found: String"));
}

// ---- Images

std::string with_image(std::string_view url) {
  return with_messages(R"({"role": "user", "content": [{"type": "text", "text": "What is it?"},
      {"type": "image_url", "image_url": {"url": ")" +
                       std::string(url) + R"(", "detail": "high"}}]})");
}

TEST(OpenAiChat, ImagesComeAsDataUris) {
  for (const char* format : {"png", "jpeg", "jpg", "gif", "webp"}) {
    const auto conversation =
        read(with_image("data:image/" + std::string(format) + ";base64,QUJD"), gemma());
    const auto& image = block_at<ImageBlock>(conversation.messages.at(0), 1);
    EXPECT_EQ(image.bytes, "ABC");
    EXPECT_EQ(image.format, std::string(format) == "jpg" ? "jpeg" : format);
  }
}

TEST(OpenAiChat, OtherImagesAreRefused) {
  EXPECT_THAT(said(with_image("https://example.com/a.png"), gemma()), HasSubstr("not fetched"));
  EXPECT_THAT(said(with_image("file:///etc/passwd"), gemma()), HasSubstr("not fetched"));
  for (const char* uri : {"data:image/bmp;base64,QUJD", "data:text/plain;base64,QUJD",
                          "data:image/png,QUJD", "data:image/png;base64"}) {
    EXPECT_THAT(said(with_image(uri), gemma()), HasSubstr("does not match pattern")) << uri;
  }
  EXPECT_THAT(said(with_image("data:image/png;base64,Q"), gemma()), HasSubstr("not valid base64"));
  EXPECT_THAT(said(with_image("data:image/png;base64,"), gemma()), HasSubstr("minLength: 1"));
  EXPECT_THAT(said(with_image("data:image/png;base64,QUJD"), oss()),
              HasSubstr("doesn't support the image content block"));
}

TEST(OpenAiChat, SoundAndFilesAreRefused) {
  for (const char* type : {"input_audio", "file", "video_url"}) {
    EXPECT_THAT(said(with_messages(R"({"role": "user", "content": [{"type": ")" +
                                   std::string(type) + R"("}]})")),
                HasSubstr("doesn't support the " + std::string(type) + " content part"));
  }
}

// ---- Tools

TEST(OpenAiChat, ReadsToolsAndEveryChoice) {
  const auto conversation = read(with_clock());
  ASSERT_EQ(conversation.tools.size(), 1u);
  EXPECT_EQ(conversation.tools[0].name, "clock");
  EXPECT_EQ(conversation.tools[0].description, "Tells the time.");
  EXPECT_EQ(conversation.tools[0].input_schema,
            R"({"type":"object","properties":{"zone":{"type":"string"}}})");
  const auto kind = [](std::string_view choice) {
    return read(with_clock(R"(, "tool_choice": )" + std::string(choice))).tool_choice.kind;
  };
  EXPECT_EQ(conversation.tool_choice.kind, ToolChoice::Kind::kAuto);
  EXPECT_TRUE(conversation.tool_choice.parallel);
  EXPECT_EQ(kind(R"("auto")"), ToolChoice::Kind::kAuto);
  EXPECT_EQ(kind(R"("none")"), ToolChoice::Kind::kNone);
  EXPECT_EQ(kind(R"("required")"), ToolChoice::Kind::kAny);
  EXPECT_EQ(kind(R"({"type": "function", "function": {"name": "clock"}})"),
            ToolChoice::Kind::kTool);
  EXPECT_FALSE(read(with_clock(R"(, "parallel_tool_calls": false)")).tool_choice.parallel);
}

TEST(OpenAiChat, AToolWithoutParametersTakesNone) {
  const auto conversation =
      read(with(R"("tools": [{"type": "function", "function": {"name": "now"}}])"));
  EXPECT_EQ(conversation.tools.at(0).input_schema, R"({"type":"object","properties":{}})");
}

TEST(OpenAiChat, BadToolsAreRefused) {
  const auto tools = [](std::string_view function) {
    return said(
        with(R"("tools": [{"type": "function", "function": )" + std::string(function) + "}]"));
  };
  EXPECT_EQ(tools(R"({"name": "a b"})"),
            malformed_text("#/tools/0/function/name: string [a b] does not match pattern "
                           "^[a-zA-Z0-9_-]{1,64}$"));
  EXPECT_EQ(tools("{}"), malformed_text("#/tools/0/function: required key [name] not found"));
  EXPECT_EQ(tools(R"({"name": "a", "parameters": "{}"})"),
            malformed_text("#/tools/0/function/parameters: expected type: JSONObject, found: "
                           "String"));
  EXPECT_EQ(tools(R"({"name": "a", "parameters": {"type": "array"}})"),
            malformed_text("#/tools/0/function/parameters/type: \"array\" is not a valid enum "
                           "value"));
  EXPECT_THAT(said(with(R"("tools": [{"type": "web_search"}])")),
              HasSubstr("tools of the type 'web_search'"));
  EXPECT_EQ(said(with(R"("tools": {})")),
            malformed_text("#/tools: expected type: JSONArray, found: JSONObject"));
  EXPECT_THAT(said(with(R"("tools": [)" + std::string(kClock) + "," + std::string(kClock) + "]")),
              HasSubstr("the tool name [clock] is not unique"));
  EXPECT_EQ(tools(R"({"name": ")" + std::string(65, 'n') + R"("})").find("accepted"),
            std::string::npos);
  EXPECT_EQ(tools(R"({"name": ")" + std::string(64, 'n') + R"("})"), "accepted");
}

TEST(OpenAiChat, AtMost128Tools) {
  const auto many = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      list += (i ? "," : "") + std::string(R"({"type": "function", "function": {"name": "f)") +
              std::to_string(i) + R"("}})";
    }
    return said(with(R"("tools": [)" + list + "]"));
  };
  EXPECT_EQ(many(128), "accepted");
  EXPECT_EQ(many(129), malformed_text("#/tools: expected maximum item count: 128, found: 129"));
}

TEST(OpenAiChat, BadChoicesAreRefused) {
  EXPECT_EQ(said(with(R"("tool_choice": "required")")),
            "ValidationException: 'tool_choice' is only allowed when 'tools' are specified.");
  EXPECT_EQ(said(with_clock(R"(, "tool_choice": "always")")),
            malformed_text("#/tool_choice: always is not a valid enum value"));
  EXPECT_EQ(said(with_clock(R"(, "tool_choice": 7)")),
            malformed_text("#/tool_choice: expected type: String, found: Integer"));
  EXPECT_THAT(
      said(with_clock(R"(, "tool_choice": {"type": "function", "function": {"name": "other"}})")),
      HasSubstr("the function 'other' is not in 'tools'"));
  EXPECT_THAT(said(with_clock(R"(, "tool_choice": {"type": "allowed_tools", "function": {}})")),
              HasSubstr("allowed_tools is not a valid enum value"));
  EXPECT_THAT(said(with_clock(R"(, "tool_choice": {"type": "function"})")),
              HasSubstr("required key [function] not found"));
}

/// A call of the clock, and what follows it.
std::string with_history(std::string_view following, std::string_view arguments = R"("{}")") {
  return with_messages(R"({"role": "user", "content": "What time is it?"},
      {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
          {"id": "call_1", "type": "function",
           "function": {"name": "clock", "arguments": )" +
                       std::string(arguments) + "}}]}" + std::string(following));
}

constexpr std::string_view kAnswer =
    R"(, {"role": "tool", "tool_call_id": "call_1", "content": "12:00"})";

TEST(OpenAiChat, ReadsCallsAndResults) {
  const auto conversation =
      read(with_history(std::string(kAnswer) + R"(, {"role": "user", "content": "Thanks."})",
                        R"("{\"zone\": \"UTC\"}")"));
  ASSERT_EQ(conversation.messages.size(), 3u);
  const auto& call = block_at<ToolUseBlock>(conversation.messages[1], 0);
  EXPECT_EQ(call.id, "call_1");
  EXPECT_EQ(call.input, R"({"zone": "UTC"})");
  const auto& result = block_at<ToolResultBlock>(conversation.messages[2], 0);
  EXPECT_EQ(result.tool_use_id, "call_1");
  EXPECT_EQ(std::get<TextBlock>(result.content.at(0)).text, "12:00");
  EXPECT_EQ(block_at<TextBlock>(conversation.messages[2], 1).text, "Thanks.");
}

TEST(OpenAiChat, CallsAndResultsMustFit) {
  constexpr std::string_view kForeign =
      "ValidationException: Invalid parameter: messages with role 'tool' must be a response to a "
      "preceeding message with 'tool_calls'.";
  EXPECT_THAT(said(with_history("")), HasSubstr("did not have response messages: call_1"));
  EXPECT_THAT(said(with_history(R"(, {"role": "user", "content": "Well?"})")),
              HasSubstr("did not have response messages: call_1"));
  EXPECT_EQ(said(with_messages(R"({"role": "user", "content": "x"},
                {"role": "tool", "tool_call_id": "call_1", "content": "y"})")),
            kForeign);
  EXPECT_EQ(said(with_messages(R"({"role": "tool", "tool_call_id": "c", "content": "y"})")),
            kForeign);
  EXPECT_EQ(said(with_history(std::string(kAnswer) + std::string(kAnswer))), kForeign);
  EXPECT_EQ(said(with_history(R"(, {"role": "user", "content": "Well?"})" + std::string(kAnswer))),
            kForeign);
  EXPECT_EQ(said(with_history(R"(, {"role": "tool", "content": "y"})")),
            malformed_text("#/messages/2: required key [tool_call_id] not found"));
}

TEST(OpenAiChat, ArgumentsInTheHistoryAreJson) {
  EXPECT_EQ(said(with_history(kAnswer, R"("")")), "accepted");
  EXPECT_EQ(said(with_history(kAnswer, R"("{\"zone\":")")),
            malformed_text("#/messages/1/tool_calls/0/function/arguments: is not the text of a "
                           "JSON object"));
  EXPECT_THAT(said(with_history(kAnswer, R"("[1]")")), HasSubstr("is not the text of"));
  EXPECT_THAT(said(with_history(kAnswer, "7")), HasSubstr("expected type: String"));
}

TEST(OpenAiChat, FunctionsOfOldAreRefused) {
  EXPECT_THAT(said(with(R"("functions": [])")), HasSubstr("Use tools and tool_choice instead"));
  EXPECT_THAT(said(with_messages(R"({"role": "assistant", "content": null,
                  "function_call": {"name": "f", "arguments": "{}"}})")),
              HasSubstr("function_call"));
  EXPECT_EQ(said(with_messages(R"({"role": "function", "name": "f", "content": "x"})")),
            malformed_text("#/messages/0/role: function is not a valid enum value"));
}

// ---- Reply formats, reasoning, probabilities, the rest

TEST(OpenAiChat, ReadsResponseFormats) {
  const auto schema = [](std::string_view format) {
    return parse_body(openai_chat(), with(R"("response_format": )" + std::string(format)), oss())
        .output_schema;
  };
  EXPECT_EQ(schema(R"({"type": "text"})"), "");
  EXPECT_EQ(schema(R"({"type": "json_object"})"), R"({"type":"object"})");
  EXPECT_EQ(schema(R"({"type": "json_schema", "json_schema": {"name": "n", "strict": true,
                       "schema": {"type": "object", "required": ["a"]}}})"),
            R"({"type":"object","required":["a"]})");
}

TEST(OpenAiChat, BadResponseFormatsAreRefused) {
  const auto format = [](std::string_view text) {
    return said(with(R"("response_format": )" + std::string(text)));
  };
  EXPECT_EQ(format(R"({"type": "yaml"})"),
            malformed_text("#/response_format/type: yaml is not a valid enum value"));
  EXPECT_EQ(format(R"({"type": "json_schema"})"),
            malformed_text("#/response_format: required key [json_schema] not found"));
  EXPECT_EQ(format(R"({"type": "json_schema", "json_schema": {"name": "n"}})"),
            malformed_text("#/response_format/json_schema: required key [schema] not found"));
  EXPECT_EQ(format(R"("json")"),
            malformed_text("#/response_format: expected type: JSONObject, found: String"));
  EXPECT_EQ(format(R"({"type": "json_schema", "json_schema": {"name": "n", "schema": []}})"),
            malformed_text("#/response_format/json_schema/schema: expected type: JSONObject, "
                           "found: JSONArray"));
}

TEST(OpenAiChat, ReasonsAsTheModelDoesOrTheClientSays) {
  EXPECT_TRUE(parse_body(openai_chat(), with(R"("n": 1)"), oss()).reasoning.enabled);
  EXPECT_FALSE(parse_body(openai_chat(), with(R"("n": 1)"), gemma()).reasoning.enabled);
  EXPECT_TRUE(openai_chat().reasons_unasked(deepseek()));
  const auto low = parse_body(openai_chat(), with(R"("reasoning_effort": "low")"), oss());
  EXPECT_EQ(low.reasoning.effort, "low");
  const auto most = parse_body(openai_chat(), with(R"("reasoning_effort": "xhigh")"), oss());
  EXPECT_EQ(most.reasoning.effort, "max");
  const auto none = parse_body(openai_chat(), with(R"("reasoning_effort": "none")"), oss());
  EXPECT_FALSE(none.reasoning.enabled);
  EXPECT_EQ(said(with(R"("reasoning_effort": "some")")),
            malformed_text("#/reasoning_effort: some is not a valid enum value"));
}

// Recorded with Qwen 3 through Converse.
TEST(OpenAiChat, ConverseTakesReasoningConfig) {
  GenerationRequest request;
  openai_chat().read_additional_fields({{"reasoning_config", "high"}}, request);
  EXPECT_TRUE(request.reasoning.enabled);
  EXPECT_EQ(request.reasoning.effort, "high");
  EXPECT_THROW(openai_chat().read_additional_fields({{"reasoning_config", "so"}}, request),
               ApiError);
  EXPECT_THAT(said(with(R"("reasoning_config": "high")")), HasSubstr("extraneous key"));
}

TEST(OpenAiChat, WhatNoEngineHonoursIsRefused) {
  for (const char* member : {R"("logit_bias": {"50256": -100})", R"("audio": {"voice": "x"})",
                             R"("modalities": ["text", "audio"])", R"("store": true)", R"("n": 2)",
                             R"("top_logprobs": 3)", R"("top_k": 5)", R"("verbosity": "low")",
                             R"("model": "other")", R"("model": "notopenai.gpt-oss-20b-1:0")"}) {
    EXPECT_THAT(said(with(member)), testing::StartsWith("ValidationException")) << member;
  }
  for (const char* member :
       {R"("logit_bias": {})", R"("modalities": ["text"])", R"("store": false)", R"("user": "u")",
        R"("metadata": {"a": "b"})", R"("stream_options": null)", R"("service_tier": "auto")",
        R"("model": "openai.gpt-oss-20b-1:0")"}) {
    EXPECT_EQ(said(with(member)), "accepted") << member;
  }
}

TEST(OpenAiChat, TheLimitOfOpenAisModelsIsJsonInTheMessage) {
  EXPECT_EQ(said(with(R"("max_completion_tokens": 99999)")),
            "ValidationException: The model returned the following errors:\n"
            R"~({"error":{"code":"validation_error","message":"'max_completion_tokens' (99999) )~"
            R"~(exceeds model maximum (16384)","param":null,"type":"invalid_request_error"}})~");
}

TEST(OpenAiChat, InlinedReasoningOfTheHistoryIsNoText) {
  const auto conversation = read(with_messages(R"({"role": "user", "content": "x"},
      {"role": "assistant", "content": "<reasoning>Hm.</reasoning>Yes."},
      {"role": "user", "content": "y"})"));
  EXPECT_EQ(block_at<ReasoningBlock>(conversation.messages.at(1), 0).text, "Hm.");
  EXPECT_EQ(block_at<TextBlock>(conversation.messages.at(1), 1).text, "Yes.");
  const auto others = read(with_messages(R"({"role": "user", "content": "x"},
      {"role": "assistant", "content": "Yes.", "reasoning_content": "Hm."},
      {"role": "user", "content": "y"})"),
                           deepseek());
  EXPECT_EQ(block_at<ReasoningBlock>(others.messages.at(1), 0).text, "Hm.");
}

// ---- Replies

GenerationReply reply_of(std::vector<ContentBlock> content, StopReason reason) {
  GenerationReply reply;
  reply.content = std::move(content);
  reply.end = end_of(reason);
  return reply;
}

json::object message_of(const GenerationReply& reply, const CatalogueModel& model,
                        bool apart = false) {
  ReplyContext context = context_for(model);
  context.reasoning_apart = apart;
  return openai_chat().render(reply, context).at("choices").at(0).at("message").as_object();
}

TEST(OpenAiChat, ReplyIsAChatCompletion) {
  const auto reply =
      openai_chat().render(reply_of({TextBlock{"Hi"}}, StopReason::kEndTurn), context_for(oss()));
  EXPECT_EQ(reply.at("object"), "chat.completion");
  EXPECT_EQ(reply.at("created"), 1'700'000'000);
  EXPECT_EQ(reply.at("choices").at(0).at("message").at("content"), "Hi");
  EXPECT_EQ(reply.at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(reply.at("usage").at("total_tokens"), 17);
}

TEST(OpenAiChat, ReplyHoldsCalls) {
  const auto reply = openai_chat().render(
      reply_with_calls(StopReason::kToolUse, R"({"city":"Rome"})"), context_for(oss()));
  const auto& choice = reply.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
  EXPECT_EQ(choice.at("message").at("content"), "Let me see.");
  const auto& calls = choice.at("message").at("tool_calls").as_array();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_TRUE(calls[0].at("id").as_string().starts_with("call_"));
  EXPECT_NE(calls[0].at("id"), calls[1].at("id"));
  EXPECT_EQ(calls[0].at("type"), "function");
  EXPECT_EQ(calls[1].at("function").at("name"), "weather");
  EXPECT_EQ(calls[1].at("function").at("arguments"), R"({"city":"Rome"})");
}

TEST(OpenAiChat, ContentBesideCallsAloneIsNull) {
  const auto message =
      message_of(reply_of({ToolUseBlock{"", "now", "{}"}}, StopReason::kToolUse), oss());
  EXPECT_TRUE(message.at("content").is_null());
}

TEST(OpenAiChat, ArgumentsThatBrokeOffAreGivenAsTheyAre) {
  const auto reply = openai_chat().render(
      reply_with_calls(StopReason::kMaxTokens, R"({"city":"Ro)"), context_for(oss()));
  const auto& choice = reply.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("finish_reason"), "length");
  EXPECT_EQ(choice.at("message").at("tool_calls").at(1).at("function").at("arguments"),
            R"({"city":"Ro)");
}

TEST(OpenAiChat, ReasoningStandsWhereTheModelPutsIt) {
  const auto reply =
      reply_of({ReasoningBlock{.text = "Hm."}, TextBlock{"Yes."}}, StopReason::kEndTurn);
  EXPECT_EQ(json::serialize(message_of(reply, oss())),
            R"({"role":"assistant","content":"<reasoning>Hm.</reasoning>Yes."})");
  const char* apart = R"({"role":"assistant","content":"Yes.","reasoning_content":"Hm."})";
  EXPECT_EQ(json::serialize(message_of(reply, oss(), true)), apart);
  EXPECT_EQ(json::serialize(message_of(reply, deepseek())), apart);
}

TEST(OpenAiChat, ALimitWithinTheReasoningLeavesNoContent) {
  const auto cut = reply_of({ReasoningBlock{.text = "Hm"}}, StopReason::kMaxTokens);
  EXPECT_TRUE(message_of(cut, oss()).at("content").is_null());
  EXPECT_EQ(message_of(cut, deepseek()).at("content"), "");
}

TEST(OpenAiChat, CachedTokensArePartOfThePrompt) {
  GenerationReply reply = reply_of({TextBlock{"Hi"}}, StopReason::kEndTurn);
  reply.end.usage = {10, 5, 100, 7};
  EXPECT_EQ(json::serialize(openai_chat().render(reply, context_for(oss())).at("usage")),
            R"({"prompt_tokens":117,"completion_tokens":5,"total_tokens":122,)"
            R"("prompt_tokens_details":{"cached_tokens":100}})");
}

TEST(OpenAiChat, ProbabilitiesAreTold) {
  const auto request = parse_body(openai_chat(), with(R"("logprobs": true)"), oss());
  EXPECT_TRUE(request.token_probabilities);
  GenerationReply reply = reply_of({TextBlock{"\xC3\xA9"}}, StopReason::kEndTurn);
  reply.tokens = {{"\xC3", -0.5}, {"\xA9", -0.25}};
  const auto rendered = openai_chat().render(reply, context_for(oss()));
  EXPECT_EQ(json::serialize(rendered.at("choices").at(0).at("logprobs").at("content").at(1)),
            "{\"token\":\"\xEF\xBF\xBD\",\"logprob\":-2.5E-1,\"bytes\":[169],\"top_logprobs\":[]}");
}

json::object choice_of(const json::object& chunk) {
  return chunk.at("choices").at(0).as_object();
}

std::string deltas(const std::vector<json::object>& chunks) {
  std::string all;
  for (const auto& chunk : chunks) all += json::serialize(choice_of(chunk).at("delta")) + "\n";
  return all;
}

std::vector<GenerationEvent> a_thought_and_two_calls() {
  return {GenerationStart{12},         ReasoningDelta{"H"},   ReasoningDelta{"m"},
          TextDelta{"So", {}},         ToolUseStart{"clock"}, ToolInputDelta{R"({"zone":)"},
          ToolInputDelta{R"("UTC"})"}, ToolUseStart{"now"},   ToolInputDelta{"{}"},
          end_of(StopReason::kToolUse)};
}

/// The chunks with each call's id put out of the way.
std::vector<json::object> without_ids(std::vector<json::object> chunks) {
  for (auto& chunk : chunks) {
    auto& delta = chunk["choices"].at(0).at("delta").as_object();
    if (!delta.contains("tool_calls")) continue;
    auto& call = delta["tool_calls"].at(0).as_object();
    if (call.contains("id")) call["id"] = "ID";
  }
  return chunks;
}

TEST(OpenAiChat, StreamsInlinedReasoningAndCalls) {
  const auto chunks =
      without_ids(rendered_chunks(openai_chat(), context_for(oss()), a_thought_and_two_calls()));
  EXPECT_EQ(deltas(chunks),
            R"({"role":"assistant","content":""}
{"content":"<reasoning>H"}
{"content":"m"}
{"content":"</reasoning>So"}
{"tool_calls":[{"id":"ID","type":"function","function":{"name":"clock","arguments":""},"index":0}]}
{"tool_calls":[{"function":{"arguments":"{\"zone\":"},"index":0}]}
{"tool_calls":[{"function":{"arguments":"\"UTC\"}"},"index":0}]}
{"tool_calls":[{"id":"ID","type":"function","function":{"name":"now","arguments":""},"index":1}]}
{"tool_calls":[{"function":{"arguments":"{}"},"index":1}]}
{}
)");
  EXPECT_EQ(choice_of(chunks.back()).at("finish_reason"), "tool_calls");
  EXPECT_EQ(chunks.back().at("usage").at("completion_tokens"), 5);
}

TEST(OpenAiChat, StreamsReasoningApart) {
  ReplyContext apart = context_for(oss());
  apart.reasoning_apart = true;
  for (const ReplyContext& context : {apart, context_for(deepseek())}) {
    const auto chunks = rendered_chunks(openai_chat(), context,
                                        {GenerationStart{12}, ReasoningDelta{"Hm"},
                                         TextDelta{"So", {}}, end_of(StopReason::kEndTurn)});
    EXPECT_EQ(deltas(chunks),
              "{\"role\":\"assistant\",\"content\":\"\"}\n{\"reasoning_content\":\"Hm\"}\n"
              "{\"content\":\"So\"}\n{}\n");
  }
}

TEST(OpenAiChat, AThoughtThatBreaksOffIsClosed) {
  const auto chunks =
      rendered_chunks(openai_chat(), context_for(oss()),
                      {GenerationStart{12}, ReasoningDelta{"Hm"}, end_of(StopReason::kMaxTokens)});
  EXPECT_EQ(deltas(chunks),
            "{\"role\":\"assistant\",\"content\":\"\"}\n{\"content\":\"<reasoning>Hm\"}\n"
            "{\"content\":\"</reasoning>\"}\n{}\n");
  EXPECT_EQ(choice_of(chunks.back()).at("finish_reason"), "length");
}

}  // namespace
}  // namespace bedplate::inference
