// Amazon Nova's bodies, as recorded traffic and its guide show them.
#include <gmock/gmock.h>

#include "inference/families/chat_family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;
using testing::HasSubstr;
using testing::StartsWith;

const CatalogueModel& lite() {
  static const CatalogueModel model = catalogue_model("amazon.nova-lite-v1:0");
  return model;
}

const CatalogueModel& lite_2() {
  static const CatalogueModel model = catalogue_model("amazon.nova-2-lite-v1:0");
  return model;
}

std::string said(std::string_view body, const CatalogueModel& model = lite()) {
  return refusal_of(nova(), body, model);
}

/// A body whose only message has this content.
std::string with_content(std::string_view content, std::string_view more = "") {
  return R"({"messages": [{"role": "user", "content": )" + std::string(content) + "}]" +
         std::string(more) + "}";
}

std::string with_tools(std::string_view config) {
  return with_content(R"([{"text": "x"}])", R"(, "toolConfig": )" + std::string(config));
}

constexpr std::string_view kClock =
    R"({"toolSpec": {"name": "clock", "description": "Tells the time.",
        "inputSchema": {"json": {"type": "object", "properties": {"zone": {"type": "string"}}}}}})";

std::string clock_config(std::string_view more = "") {
  return R"({"tools": [)" + std::string(kClock) + "]" + std::string(more) + "}";
}

// ---- Text and parameters

TEST(Nova, BothSpellingsOfTheConfigurationWork) {
  const auto request = parse_body(nova(), R"({"schemaVersion": "messages-v1",
      "system": [{"text": "Be brief."}],
      "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
      "inferenceConfig": {"max_new_tokens": 9, "top_p": 0.5, "topK": 3, "temperature": 0}})",
                                  lite());
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.top_p, 0.5);
  EXPECT_EQ(request.sampling.top_k, 3);
  EXPECT_FALSE(request.reasoning.enabled);
}

TEST(Nova, EmptyListsAreRefused) {
  EXPECT_EQ(said(R"({"messages": []})"),
            malformed_text("#/messages: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(said(with_content("[]")),
            malformed_text("#/messages/0/content: expected minimum item count: 1, found: 0"));
}

TEST(Nova, BlocksThatAreNoneAreRefused) {
  EXPECT_EQ(said(with_content("[7]")),
            malformed_text("#/messages/0/content/0: expected type: JSONObject, found: Integer"));
  EXPECT_EQ(said(with_content(R"([{"text": "x", "cite": 1}])")),
            malformed_text("#/messages/0/content/0: extraneous key [cite] is not permitted"));
  EXPECT_EQ(said(with_content("[{}]")),
            malformed_text("#/messages/0/content/0: required key [text] not found"));
}

TEST(Nova, AConversationStartsWithTheUser) {
  EXPECT_THAT(said(R"({"messages": [{"role": "assistant", "content": [{"text": "x"}]}]})"),
              HasSubstr("must start with a user message"));
}

// ---- Cache points

TEST(Nova, CachePointsStandWhereTheClientPutThem) {
  const auto conversation = conversation_of(nova(), R"({
      "system": [{"text": "Long."}, {"cachePoint": {"type": "default"}}],
      "messages": [{"role": "user", "content": [
          {"text": "a"}, {"cachePoint": {"type": "default", "ttl": "1h"}}, {"text": "b"}]}]})",
                                            lite());
  EXPECT_EQ(std::get<CachePoint>(conversation.system.at(1)).time_to_live.count(), 300);
  EXPECT_EQ(block_at<CachePoint>(conversation.messages.at(0), 1).time_to_live.count(), 3600);
  EXPECT_EQ(block_at<TextBlock>(conversation.messages.at(0), 2).text, "b");
}

TEST(Nova, CachePointsOfAnotherKindAreRefused) {
  EXPECT_EQ(said(with_content(R"([{"text": "a"}, {"cachePoint": {"type": "other"}}])")),
            malformed_text("#/messages/0/content/1/cachePoint/type: other is not a valid enum "
                           "value"));
  EXPECT_EQ(said(with_content(R"([{"cachePoint": {"type": "default", "ttl": "2h"}}])")),
            malformed_text("#/messages/0/content/0/cachePoint/ttl: 2h is not a valid enum value"));
}

// ---- Images, documents and what is not taken

TEST(Nova, ReadsImagesAndDocuments) {
  const auto conversation = conversation_of(nova(), with_content(R"([
      {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
      {"document": {"format": "pdf", "name": "Report", "source": {"bytes": "JVBERi0="}}}])"),
                                            lite());
  const auto& image = block_at<ImageBlock>(conversation.messages.at(0), 0);
  EXPECT_EQ(image.format, "png");
  EXPECT_EQ(image.bytes, "\x89PNG\r\n\x1A\n");
  const auto& document = block_at<DocumentBlock>(conversation.messages.at(0), 1);
  EXPECT_EQ(document.format, "pdf");
  EXPECT_EQ(document.name, "Report");
  EXPECT_EQ(document.bytes, "%PDF-");
  EXPECT_TRUE(document.parts.empty());
}

TEST(Nova, BadImagesAreRefused) {
  EXPECT_EQ(said(with_content(R"([{"image": {"format": "bmp", "source": {"bytes": "QUJD"}}}])")),
            malformed_text("#/messages/0/content/0/image/format: bmp is not a valid enum value"));
  EXPECT_EQ(said(with_content(R"([{"image": {"format": "png", "source": {"bytes": "%%"}}}])")),
            malformed_text("#/messages/0/content/0/image/source/bytes: is not valid base64"));
  EXPECT_EQ(said(with_content(R"([{"image": {"format": "png", "source": {"bytes": ""}}}])")),
            malformed_text(
                "#/messages/0/content/0/image/source/bytes: expected minLength: 1, actual: 0"));
  EXPECT_EQ(said(with_content(R"([{"image": {"format": "png"}}])")),
            malformed_text("#/messages/0/content/0/image: required key [source] not found"));
  EXPECT_THAT(said(with_content(R"([{"image": {"format": "png", "source": {"bytes": "QUJD"}}}])"),
                   catalogue_model("amazon.nova-micro-v1:0")),
              HasSubstr("doesn't support the image content block"));
}

TEST(Nova, WhatCannotBeReadSaysSo) {
  EXPECT_EQ(said(with_content(R"([{"video": {"format": "mp4"}}])")).substr(0, 25),
            "UnknownOperationException");
  EXPECT_THAT(said(with_content(R"([{"image": {"format": "png", "source":
                  {"s3Location": {"uri": "s3://b/k"}}}}])")),
              HasSubstr("Amazon S3"));
  EXPECT_THAT(said(with_tools(R"({"tools": [{"systemTool": {"name": "nova_grounding"}}]})")),
              HasSubstr("system tools"));
}

// ---- Tools

TEST(Nova, ReadsToolsAndEveryChoice) {
  const auto choice = [](std::string_view text) {
    return conversation_of(nova(), with_tools(clock_config(text)), lite()).tool_choice;
  };
  const auto conversation = conversation_of(nova(), with_tools(clock_config()), lite());
  ASSERT_EQ(conversation.tools.size(), 1u);
  EXPECT_EQ(conversation.tools[0].name, "clock");
  EXPECT_EQ(conversation.tools[0].description, "Tells the time.");
  EXPECT_EQ(conversation.tools[0].input_schema,
            R"({"type":"object","properties":{"zone":{"type":"string"}}})");
  EXPECT_EQ(conversation.tool_choice.kind, ToolChoice::Kind::kAuto);
  EXPECT_EQ(choice(R"(, "toolChoice": {"auto": {}})").kind, ToolChoice::Kind::kAuto);
  EXPECT_EQ(choice(R"(, "toolChoice": {"any": {}})").kind, ToolChoice::Kind::kAny);
  EXPECT_EQ(choice(R"(, "toolChoice": {"tool": {"name": "clock"}})").kind, ToolChoice::Kind::kTool);
  EXPECT_EQ(choice(R"(, "toolChoice": {"tool": {"name": "clock"}})").name, "clock");
}

TEST(Nova, BadToolsAreRefused) {
  EXPECT_EQ(said(with_tools(R"({"tools": []})")),
            malformed_text("#/toolConfig/tools: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(said(with_tools(R"({"tools": [{"toolSpec": {"name": "a b",
                "inputSchema": {"json": {"type": "object"}}}}]})")),
            malformed_text("#/toolConfig/tools/0/toolSpec/name: string [a b] does not match "
                           "pattern ^[a-zA-Z0-9_-]{1,64}$"));
  EXPECT_EQ(
      said(with_tools(R"({"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": 7}}}]})")),
      malformed_text("#/toolConfig/tools/0/toolSpec/inputSchema/json: expected type: "
                     "JSONObject, found: Integer"));
  EXPECT_EQ(said(with_tools(R"({"tools": [{"toolSpec": {"name": "a",
                "inputSchema": {"json": {"type": "string"}}}}]})")),
            malformed_text("#/toolConfig/tools/0/toolSpec/inputSchema/json/type: \"string\" is not "
                           "a valid enum value"));
  EXPECT_EQ(
      said(with_tools(R"({"tools": [)" + std::string(kClock) + "," + std::string(kClock) + "]}")),
      malformed_text("#/toolConfig/tools: the tool name [clock] is not unique"));
  EXPECT_EQ(said(with_tools(clock_config(R"(, "toolChoice": {"tool": {"name": "other"}})"))),
            malformed_text("#/toolConfig/toolChoice/tool/name: other is not a valid enum value"));
  EXPECT_THAT(said(with_tools(clock_config(R"(, "toolChoice": {"any": {}, "auto": {}})"))),
              HasSubstr("2 subschemas matched instead of one"));
  EXPECT_THAT(said(with_tools(clock_config(R"(, "toolChoice": {"none": {}})"))),
              HasSubstr("extraneous key [none]"));
}

/// A call and what follows it.
std::string with_history(std::string_view answer, bool config = true) {
  return R"({"messages": [{"role": "user", "content": [{"text": "What time is it?"}]},
      {"role": "assistant", "content": [{"text": "I look."},
          {"toolUse": {"toolUseId": "u1", "name": "clock", "input": {"zone": "UTC"}}}]},
      {"role": "user", "content": )" +
         std::string(answer) + "}]" + (config ? R"(, "toolConfig": )" + clock_config() : "") + "}";
}

TEST(Nova, ReadsCallsAndResults) {
  const auto conversation = conversation_of(nova(), with_history(R"([
      {"toolResult": {"toolUseId": "u1", "status": "error", "content": [
          {"json": {"time": "12:00"}}, {"text": "noon"},
          {"image": {"format": "jpeg", "source": {"bytes": "QUJD"}}}]}}])"),
                                            lite());
  const auto& call = block_at<ToolUseBlock>(conversation.messages.at(1), 1);
  EXPECT_EQ(call.id, "u1");
  EXPECT_EQ(call.input, R"({"zone":"UTC"})");
  const auto& result = block_at<ToolResultBlock>(conversation.messages.at(2), 0);
  EXPECT_EQ(result.tool_use_id, "u1");
  EXPECT_TRUE(result.is_error);
  ASSERT_EQ(result.content.size(), 3u);
  EXPECT_EQ(std::get<TextBlock>(result.content[0]).text, R"({"time":"12:00"})");
  EXPECT_EQ(std::get<ImageBlock>(result.content[2]).bytes, "ABC");
}

TEST(Nova, CallsAndResultsMustFit) {
  EXPECT_EQ(said(with_history(R"([{"text": "Well?"}])")),
            "ValidationException: Expected toolResult blocks at messages.2.content for the "
            "following Ids: u1");
  EXPECT_EQ(said(with_history(R"([{"toolResult": {"toolUseId": "u1", "content": []}},
                                  {"toolResult": {"toolUseId": "u2", "content": []}}])")),
            "ValidationException: The number of toolResult blocks at messages.2.content exceeds "
            "the number of toolUse blocks of previous turn.");
  EXPECT_EQ(said(with_history(R"([{"toolResult": {"toolUseId": "u1", "content": []}}])", false)),
            "ValidationException: The toolConfig field must be defined when using toolUse and "
            "toolResult content blocks.");
  EXPECT_THAT(said(with_content(R"([{"toolUse": {"toolUseId": "u", "name": "n", "input": {}}}])")),
              HasSubstr("2 schema violations found"));  // not its member, and no text
  EXPECT_THAT(said(with_history(R"([{"toolResult": {"toolUseId": "u1", "status": "so",
                                     "content": []}}])")),
              HasSubstr("so is not a valid enum value"));
}

// ---- Reasoning

TEST(Nova, ReasoningIsNovaTwosOwn) {
  const std::string body = with_content(R"([{"text": "x"}])", R"(, "inferenceConfig":
      {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}})");
  const auto request = parse_body(nova(), body, lite_2());
  EXPECT_TRUE(request.reasoning.enabled);
  EXPECT_EQ(request.reasoning.effort, "low");
  EXPECT_THAT(said(body), HasSubstr("doesn't support the reasoningConfig field"));
}

TEST(Nova, HighEffortTakesNoSamplingOfTheClients) {
  const auto body = [](std::string_view more) {
    return with_content(R"([{"text": "x"}])", R"(, "inferenceConfig": {)" + std::string(more) +
                                                  R"("reasoningConfig": {"type": "enabled",
                                                     "maxReasoningEffort": "high"}})");
  };
  EXPECT_FALSE(parse_body(nova(), body(""), lite_2()).sampling.temperature);
  EXPECT_THAT(said(body(R"("temperature": 0.5, )"), lite_2()),
              HasSubstr("temperature cannot be used when maxReasoningEffort is high"));
}

TEST(Nova, BadReasoningIsRefused) {
  EXPECT_THAT(said(with_content(R"([{"text": "x"}])",
                                R"(, "reasoningConfig": {"type": "enabled",
                                   "maxReasoningEffort": "much"})"),
                   lite_2()),
              HasSubstr("much is not a valid enum value"));
  EXPECT_THAT(
      said(with_content(R"([{"text": "x"}])", R"(, "reasoningConfig": {"type": true})"), lite_2()),
      HasSubstr("expected type: String, found: Boolean"));
}

TEST(Nova, AdditionalFieldsOfConverseSwitchReasoningOn) {
  GenerationRequest request;
  nova().read_additional_fields(
      parse_body_object(R"({"inferenceConfig": {"topK": 7}, "reasoningConfig":
          {"type": "enabled", "maxReasoningEffort": "medium"}})"),
      request);
  EXPECT_EQ(request.sampling.top_k, 7);
  EXPECT_TRUE(request.reasoning.enabled);
  EXPECT_EQ(request.reasoning.effort, "medium");
}

// ---- Replies

TEST(Nova, ReplyHoldsCallsWithIdsOfTheirOwn) {
  const auto reply = nova().render(reply_with_calls(StopReason::kToolUse, R"({"city":"Rome"})"),
                                   context_for(lite()));
  const auto& content = reply.at("output").at("message").at("content").as_array();
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(json::serialize(content[0]), R"({"text":"Let me see."})");
  const auto& first = content[1].at("toolUse").as_object();
  const auto& second = content[2].at("toolUse").as_object();
  EXPECT_EQ(first.at("name"), "clock");
  EXPECT_EQ(json::serialize(first.at("input")), R"({"zone":"UTC"})");
  EXPECT_EQ(json::serialize(second.at("input")), R"({"city":"Rome"})");
  EXPECT_EQ(first.at("toolUseId").as_string().size(), 36u);
  EXPECT_NE(first.at("toolUseId"), second.at("toolUseId"));
  EXPECT_EQ(reply.at("stopReason"), "tool_use");
}

TEST(Nova, InputThatBrokeOffIsEmpty) {
  for (const char* input : {"", R"({"city":"Ro)", "[1]", "{"}) {
    const auto reply =
        nova().render(reply_with_calls(StopReason::kMaxTokens, input), context_for(lite()));
    const auto& content = reply.at("output").at("message").at("content").as_array();
    EXPECT_EQ(json::serialize(content[2].at("toolUse").at("input")), "{}") << input;
    EXPECT_EQ(reply.at("stopReason"), "max_tokens");
  }
}

TEST(Nova, ReplyShowsReasoningFirst) {
  GenerationReply reply;
  reply.content = {ReasoningBlock{.text = "Hm."}, TextBlock{"Yes."}};
  reply.end = end_of(StopReason::kEndTurn);
  EXPECT_EQ(json::serialize(nova().render(reply, context_for(lite_2())).at("output")),
            R"({"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"Hm."}}},)"
            R"({"text":"Yes."}],"role":"assistant"}})");
}

TEST(Nova, AnEmptyReplyIsAnEmptyText) {
  GenerationReply reply;
  reply.end = end_of(StopReason::kEndTurn);
  EXPECT_EQ(json::serialize(
                nova().render(reply, context_for(lite())).at("output").at("message").at("content")),
            R"([{"text":""}])");
}

std::string lines(const std::vector<json::object>& chunks) {
  std::string all;
  for (const auto& chunk : chunks) all += json::serialize(chunk) + "\n";
  return all;
}

TEST(Nova, EveryFragmentIsABlockOfItsOwn) {
  EXPECT_EQ(lines(rendered_chunks(nova(), context_for(lite()),
                                  {GenerationStart{12}, TextDelta{"Hel", {}}, TextDelta{"lo", {}},
                                   end_of(StopReason::kEndTurn)})),
            R"({"messageStart":{"role":"assistant"}}
{"contentBlockDelta":{"delta":{"text":"Hel"},"contentBlockIndex":0}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockDelta":{"delta":{"text":"lo"},"contentBlockIndex":1}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"messageStop":{"stopReason":"end_turn"}}
)"
            R"({"metadata":{"usage":{"inputTokens":12,"outputTokens":5,)"
            R"("cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0},)"
            R"("metrics":{},"trace":{}}})"
            "\n");
}

TEST(Nova, AStreamedCallIsOneBlock) {
  auto chunks = rendered_chunks(
      nova(), context_for(lite()),
      {GenerationStart{12}, ReasoningDelta{"H"}, ReasoningDelta{"m"}, TextDelta{"So", {}},
       ToolUseStart{"clock"}, ToolInputDelta{R"({"zone":)"}, ToolInputDelta{R"("UTC"})"},
       ToolUseStart{"clock"}, ToolInputDelta{"{}"}, end_of(StopReason::kToolUse)});
  std::string ids;
  for (auto& chunk : chunks) {
    if (!chunk.contains("contentBlockStart")) continue;
    auto& use = chunk["contentBlockStart"].at("start").at("toolUse").as_object();
    EXPECT_EQ(use.at("toolUseId").as_string().size(), 36u);
    EXPECT_EQ(ids.find(std::string(use.at("toolUseId").as_string())), std::string::npos);
    ids += std::string(use.at("toolUseId").as_string());
    use["toolUseId"] = "ID";
  }
  chunks.pop_back();
  EXPECT_EQ(lines(chunks),
            R"({"messageStart":{"role":"assistant"}}
{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"H"}},"contentBlockIndex":0}}
{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"m"}},"contentBlockIndex":0}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockDelta":{"delta":{"text":"So"},"contentBlockIndex":1}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"ID","name":"clock"}},"contentBlockIndex":2}}
{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"zone\":"}},"contentBlockIndex":2}}
{"contentBlockDelta":{"delta":{"toolUse":{"input":"\"UTC\"}"}},"contentBlockIndex":2}}
{"contentBlockStop":{"contentBlockIndex":2}}
{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"ID","name":"clock"}},"contentBlockIndex":3}}
{"contentBlockDelta":{"delta":{"toolUse":{"input":"{}"}},"contentBlockIndex":3}}
{"contentBlockStop":{"contentBlockIndex":3}}
{"messageStop":{"stopReason":"tool_use"}}
)");
}

TEST(Nova, HundredsOfViolationsAreOneMessage) {
  std::string content = "[";
  for (int i = 0; i < 300; ++i) content += "7,";
  EXPECT_THAT(said(with_content(content + "7]")), StartsWith(malformed_text("301 schema violations "
                                                                            "found")));
}

}  // namespace
}  // namespace bedplate::inference
