// Anthropic Messages beyond text: blocks, tools, thinking, caching. What it shares with the other
// families is in families_test.cpp.
#include <gtest/gtest.h>

#include "base/api_error.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

GenerationRequest parse(const std::string& rest,
                        const std::string& model_id = "anthropic.claude-test-v1:0") {
  const std::string body =
      R"({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 4096, )" + rest + "}";
  CatalogueModel model = guess_model(model_id);
  return anthropic_messages().parse(json::parse(body).as_object(), model, false);
}

Conversation conversation(const std::string& rest) {
  return std::get<Conversation>(parse(rest).prompt);
}

std::string refusal(const std::string& rest,
                    const std::string& model_id = "anthropic.claude-test-v1:0") {
  try {
    parse(rest, model_id);
  } catch (const ApiError& error) {
    return error.what();
  }
  return "accepted";
}

std::string user(const std::string& content) {
  return R"("messages": [{"role": "user", "content": )" + content + "}]";
}

const std::string kHi = user(R"("Hi")");
const std::string kTool =
    R"({"name": "f", "description": "d", "input_schema": {"type": "object", "x": 1}})";

TEST(AnthropicBlocks, ReadsImagesAndDocuments) {
  const Conversation read = conversation(user(R"([
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "eHl6"}},
      {"type": "document", "title": "T", "context": "C", "citations": {"enabled": true},
       "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="}},
      {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "abc"}},
      {"type": "document", "source": {"type": "content", "content": [
          {"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}},
      {"type": "text", "text": "?"}])"));
  const auto& content = read.messages[0].content;
  ASSERT_EQ(content.size(), 5U);
  EXPECT_EQ(std::get<ImageBlock>(content[0]).format, "png");
  EXPECT_EQ(std::get<ImageBlock>(content[0]).bytes, "xyz");
  const auto& pdf = std::get<DocumentBlock>(content[1]);
  EXPECT_EQ(pdf.bytes, "%PDF");
  EXPECT_EQ(pdf.unit, DocumentBlock::Unit::kPages);
  EXPECT_TRUE(pdf.citations);
  EXPECT_EQ(pdf.name, "T");
  EXPECT_EQ(std::get<DocumentBlock>(content[2]).parts, std::vector<std::string>{"abc"});
  EXPECT_EQ(std::get<DocumentBlock>(content[3]).parts, (std::vector<std::string>{"one", "two"}));
}

TEST(AnthropicBlocks, RefusesSourcesItCannotRead) {
  EXPECT_EQ(refusal(user(R"([{"type": "image", "source": {"type": "url", "url": "http://x"}}])")),
            "messages.0.content.0.source: URL sources are not supported on Amazon Bedrock.");
  EXPECT_EQ(refusal(user(R"([{"type": "image", "source": {"type": "base64",
                             "media_type": "image/tiff", "data": ""}}])")),
            "messages.0.content.0.source.base64.media_type: Input should be 'image/jpeg', "
            "'image/png', 'image/gif' or 'image/webp'");
  EXPECT_EQ(refusal(user(R"([{"type": "image", "source": {"type": "base64",
                             "media_type": "image/png", "data": "?"}}])")),
            "messages.0.content.0.source.base64.data: Invalid base64 data");
  EXPECT_TRUE(refusal(user(R"([{"type": "hologram"}])"))
                  .starts_with("messages.0.content.0: Input tag 'hologram' found using 'type'"));
}

constexpr const char* kOpus48 = "anthropic.claude-opus-4-8";

std::string turns(const std::vector<std::pair<std::string, std::string>>& list) {
  json::array messages;
  for (const auto& [role, text] : list) messages.push_back({{"role", role}, {"content", text}});
  return "\"messages\": " + json::serialize(messages);
}

// Recorded: Opus 4.8 takes the role amid the others; what it says joins the system prompt.
TEST(AnthropicSystemTurns, JoinTheSystemPrompt) {
  const GenerationRequest request =
      parse(R"("system": "Review.", )" + turns({{"user", "a"},
                                                {"assistant", "b"},
                                                {"user", "c"},
                                                {"system", "Be brief."},
                                                {"system", "Be kind."}}),
            kOpus48);
  const auto& read = std::get<Conversation>(request.prompt);
  ASSERT_EQ(read.system.size(), 3U);
  EXPECT_EQ(std::get<TextBlock>(read.system[2]).text, "Be kind.");
  EXPECT_EQ(read.messages.size(), 3U);
  EXPECT_EQ(
      refusal(turns({{"user", "a"}, {"system", "b"}, {"assistant", "c"}, {"user", "d"}}), kOpus48),
      "accepted");
  EXPECT_EQ(refusal(turns({{"user", "a"}, {"system", "b"}}), "meta.llama3-8b-instruct-v1:0"),
            "accepted")
      << "at the doors";
}

TEST(AnthropicSystemTurns, AreRefusedWhereAnthropicRefusesThem) {
  const std::string turn = turns({{"user", "a"}, {"system", "b"}});
  for (const char* older :
       {"anthropic.claude-opus-4-7", "anthropic.claude-sonnet-4-6", "anthropic.claude-v2:1"}) {
    EXPECT_EQ(refusal(turn, older), "messages.1: role 'system' is not supported on this model");
  }
  const auto misplaced = [](const std::vector<std::pair<std::string, std::string>>& list) {
    return refusal(turns(list), kOpus48).find("must follow a user message") != std::string::npos;
  };
  EXPECT_TRUE(misplaced({{"system", "a"}, {"user", "b"}}));
  EXPECT_TRUE(misplaced({{"user", "a"}, {"assistant", "b"}, {"system", "c"}}));
  EXPECT_TRUE(misplaced({{"user", "a"}, {"system", "b"}, {"user", "c"}}));
  EXPECT_EQ(refusal(turns({{"user", "a"}, {"system", " "}}), kOpus48),
            "messages: text content blocks must contain non-whitespace text");
  EXPECT_EQ(refusal(R"("messages": [{"role": "user", "content": "a"}, {"role": "system", "content":
                    [{"type": "thinking", "thinking": "b", "signature": "c"}]}])",
                    kOpus48),
            "messages.1: system messages hold texts only");
}

TEST(AnthropicTools, ReadsToolsCallsAndResults) {
  const Conversation read = conversation(R"("tools": [)" + kTool +
                                         R"(, {"type": "bash_20250124", "name": "bash"},
       {"type": "computer_20250124", "name": "computer", "display_width_px": 800,
        "display_height_px": 600}],
      "tool_choice": {"type": "tool", "name": "f"},
      "messages": [{"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [
          {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}]},
        {"role": "user", "content": [
          {"type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": [
            {"type": "text", "text": "no"}]}]}])");
  ASSERT_EQ(read.tools.size(), 3U);
  EXPECT_EQ(read.tools[0].input_schema, R"({"type":"object","x":1})");
  EXPECT_NE(read.tools[2].description.find("800 by 600"), std::string::npos);
  EXPECT_EQ(read.tool_choice.kind, ToolChoice::Kind::kTool);
  EXPECT_EQ(std::get<ToolUseBlock>(read.messages[1].content[0]).input, R"({"a":1})");
  EXPECT_TRUE(std::get<ToolResultBlock>(read.messages[2].content[0]).is_error);
}

TEST(AnthropicTools, RefusesInTheProvidersWords) {
  EXPECT_EQ(refusal(R"("tools": [)" + kTool + "," + kTool + "]," + kHi),
            "tools: Tool names must be unique.");
  EXPECT_EQ(refusal(R"("tools": [{"name": "f", "input_schema": {}}], )" + kHi),
            "tools.0.custom.input_schema.type: Input should be 'object'");
  EXPECT_EQ(refusal(R"("tools": [)" + kTool +
                    R"(], "tool_choice": {"type": "tool", "name": "g"},)" + kHi),
            "Tool 'g' not found in provided tools");
  EXPECT_EQ(refusal(R"("tool_choice": {"type": "any"}, )" + kHi),
            "tool_choice: tool_choice may only be specified while providing tools.");
}

TEST(AnthropicTools, CallsAndResultsMustPair) {
  const std::string call =
      R"({"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f",
          "input": {}}]})";
  const std::string hi = R"({"role": "user", "content": "Hi"})";
  EXPECT_EQ(refusal(R"("messages": [)" + hi + "," + call + "," + hi + "]"),
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
            "t. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message.");
  EXPECT_TRUE(refusal(R"("messages": [{"role": "user", "content": [
                          {"type": "tool_result", "tool_use_id": "x"}]}])")
                  .starts_with("messages.0.content.0: unexpected `tool_use_id` found"));
  // The index is the block's, and a cache point is none.
  const std::string calls = R"({"role": "assistant", "content": [
      {"type": "tool_use", "id": "t", "name": "f", "input": {}},
      {"type": "tool_use", "id": "u", "name": "f", "input": {}}]})";
  const auto answer = [&](const std::string& content) {
    return refusal(R"("messages": [)" + hi + "," + calls + R"(, {"role": "user", "content": [)" +
                   content + "]}]");
  };
  const auto result = [](const std::string& id) {
    return R"({"type": "tool_result", "tool_use_id": ")" + id + R"("})";
  };
  const std::string text =
      R"({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}})";
  EXPECT_TRUE(answer(result("t") + "," + text + "," + result("x") + "," + result("u"))
                  .starts_with("messages.2.content.2: unexpected `tool_use_id` found in "
                               "`tool_result` blocks: x."));
  EXPECT_EQ(answer(result("t") + "," + result("u") + "," + text + "," + result("t")),
            "messages.2.content.3: each tool_use must have a single result. Found multiple "
            "`tool_result` blocks with id: t");
  EXPECT_EQ(answer(text),
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
            "t, u. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message.");
}

TEST(AnthropicThinking, IsReadWithItsBudget) {
  const auto request = parse(R"("thinking": {"type": "enabled", "budget_tokens": 2000}, )" + kHi);
  EXPECT_TRUE(request.reasoning.enabled);
  EXPECT_EQ(request.reasoning.budget_tokens, 2000);
  EXPECT_FALSE(parse(R"("thinking": {"type": "disabled"}, )" + kHi).reasoning.enabled);
  EXPECT_TRUE(parse(R"("thinking": {"type": "adaptive"}, )" + kHi).reasoning.enabled);
}

TEST(AnthropicThinking, RefusesWhatCannotGoWithIt) {
  const std::string on = R"("thinking": {"type": "enabled", "budget_tokens": 2000}, )";
  EXPECT_EQ(refusal(R"("thinking": {"type": "enabled", "budget_tokens": 10}, )" + kHi),
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  EXPECT_EQ(refusal(R"("thinking": {"type": "enabled", "budget_tokens": 4096}, )" + kHi),
            "`max_tokens` must be greater than `thinking.budget_tokens`.");
  EXPECT_EQ(refusal(on + R"("temperature": 0.5, )" + kHi),
            "`temperature` may only be set to 1 when thinking is enabled.");
  EXPECT_EQ(refusal(on + R"("top_k": 5, )" + kHi),
            "`top_k` must be unset when thinking is enabled.");
  EXPECT_EQ(refusal(on + R"("tool_choice": {"type": "any"}, "tools": [)" + kTool + "]," + kHi),
            "Thinking may not be enabled when tool_choice forces tool use.");
  EXPECT_EQ(refusal(user(R"([{"type": "thinking", "thinking": "hm"}])")),
            "messages.0.content.0.thinking.signature: Field required");
}

TEST(AnthropicCaching, ReadsCachePoints) {
  const Conversation read = conversation(
      R"("system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}], )" +
      user(R"([{"type": "text", "text": "a",
                "cache_control": {"type": "ephemeral", "ttl": "1h"}}])"));
  EXPECT_EQ(std::get<CachePoint>(read.system[1]).time_to_live, std::chrono::minutes(5));
  EXPECT_EQ(std::get<CachePoint>(read.messages[0].content[1]).time_to_live, std::chrono::hours(1));
  std::string five = "[";
  for (int i = 0; i < 5; ++i) {
    if (i > 0) five += ",";
    five += R"({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}})";
  }
  EXPECT_EQ(refusal(user(five + "]")),
            "A maximum of 4 blocks with cache_control may be provided. Found 5.");
}

TEST(AnthropicReply, StreamsEachBlockUnderItsOwnIndex) {
  const CatalogueModel model = guess_model("anthropic.claude-test-v1:0");
  ReplyContext context;
  context.model = &model;
  const auto renderer = anthropic_messages().chunk_renderer(context);
  std::vector<json::object> chunks;
  const std::vector<GenerationEvent> events = {
      GenerationStart{7},
      ReasoningDelta{"hm"},
      ReasoningEnd{"sig"},
      TextDelta{"I look.", {}},
      ToolUseStart{"f"},
      ToolInputDelta{"{}"},
      ToolUseStart{"g"},
      ToolInputDelta{"{\"a\":1}"},
      GenerationEnd{StopReason::kToolUse, "", {7, 9, 0, 0}}};
  for (const auto& event : events) renderer->render(event, chunks);
  std::string order;
  for (const json::object& chunk : chunks) {
    order += std::string(chunk.at("type").as_string());
    if (const auto* delta = chunk.if_contains("delta");
        delta && delta->as_object().contains("type")) {
      order += ":" + std::string(delta->at("type").as_string());
    }
    if (const auto* index = chunk.if_contains("index")) {
      order += "/" + std::to_string(index->as_int64());
    }
    order += "\n";
  }
  EXPECT_EQ(order,
            "message_start\n"
            "content_block_start/0\ncontent_block_delta:thinking_delta/0\n"
            "content_block_delta:signature_delta/0\ncontent_block_stop/0\n"
            "content_block_start/1\ncontent_block_delta:text_delta/1\ncontent_block_stop/1\n"
            "content_block_start/2\ncontent_block_delta:input_json_delta/2\n"
            "content_block_delta:input_json_delta/2\ncontent_block_stop/2\n"
            "content_block_start/3\ncontent_block_delta:input_json_delta/3\n"
            "content_block_delta:input_json_delta/3\ncontent_block_stop/3\n"
            "message_delta\nmessage_stop\n");
}

TEST(AnthropicReply, HoldsEveryKindOfBlock) {
  const CatalogueModel model = guess_model("anthropic.claude-test-v1:0");
  ReplyContext context;
  context.model = &model;
  GenerationReply reply;
  reply.content = {ReasoningBlock{"hm", "sig", ""}, TextBlock{"I look."},
                   ToolUseBlock{"", "f", R"({"a":1})"}, ToolUseBlock{"", "g", R"({"cut)"}};
  reply.end.reason = StopReason::kToolUse;
  const json::object message = anthropic_messages().render(reply, context);
  const json::array& content = message.at("content").as_array();
  ASSERT_EQ(content.size(), 4U);
  EXPECT_EQ(content[0].at("signature"), "sig");
  EXPECT_TRUE(content[2].at("id").as_string().starts_with("toolu_bdrk_01"));
  EXPECT_EQ(content[2].at("input").at("a"), 1);
  EXPECT_EQ(json::serialize(content[3].at("input")), "{}");
  EXPECT_EQ(message.at("stop_reason"), "tool_use");
}

// Recorded with Claude Haiku 4.5 and Opus 4.8; not with the models before.
TEST(AnthropicReply, TellsForHowLongWhatWasCachedIsKept) {
  const auto usage_of = [](const char* id) {
    const CatalogueModel model = guess_model(id);
    ReplyContext context;
    context.model = &model;
    context.reports_caching = true;
    GenerationReply reply;
    reply.end.usage = {.input_tokens = 3,
                       .output_tokens = 4,
                       .cache_write_input_tokens = 20,
                       .cache_write_1h_input_tokens = 15};
    return anthropic_messages().render(reply, context).at("usage").as_object();
  };
  for (const char* id : {"anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-opus-4-8",
                         "anthropic.claude-sonnet-5"}) {
    const json::object usage = usage_of(id);
    EXPECT_EQ(usage.at("cache_creation_input_tokens"), 20) << id;
    EXPECT_EQ(json::serialize(usage.at("cache_creation")),
              R"({"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15})");
  }
  for (const char* id :
       {"anthropic.claude-3-7-sonnet-20250219-v1:0", "anthropic.claude-sonnet-4-20250514-v1:0",
        "anthropic.claude-v2:1", "anthropic.claude-opus-4-1-20250805-v1:0"}) {
    EXPECT_FALSE(usage_of(id).contains("cache_creation")) << id;
  }
}

// Recorded with Opus 4.8; of thinking only what the engine tells.
TEST(AnthropicReply, HasTheMembersOfOpus48) {
  const auto rendered = [](const char* id, std::optional<std::int64_t> thinking) {
    const CatalogueModel model = guess_model(id);
    ReplyContext context;
    context.model = &model;
    GenerationReply reply;
    reply.end.usage = {.input_tokens = 3, .output_tokens = 4, .reasoning_tokens = thinking};
    return anthropic_messages().render(reply, context);
  };
  const json::object newest = rendered(kOpus48, 2);
  EXPECT_TRUE(newest.at("stop_details").is_null());
  EXPECT_EQ(newest.at("usage").at("service_tier"), "standard");
  EXPECT_EQ(json::serialize(newest.at("usage").at("output_tokens_details")),
            R"({"thinking_tokens":2})");
  const std::string_view id = newest.at("id").as_string();
  EXPECT_TRUE(id.starts_with("msg_bdrk_"));
  EXPECT_EQ(id.size(), std::string_view("msg_bdrk_").size() + 52);
  const json::object untold = rendered(kOpus48, std::nullopt);
  EXPECT_FALSE(untold.at("usage").as_object().contains("output_tokens_details"));
  const json::object older = rendered("anthropic.claude-opus-4-7", 2);
  EXPECT_FALSE(older.contains("stop_details"));
  EXPECT_FALSE(older.at("usage").as_object().contains("service_tier"));
  EXPECT_TRUE(older.at("id").as_string().starts_with("msg_bdrk_01"));
}

}  // namespace
}  // namespace bedplate::inference
