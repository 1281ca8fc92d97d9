// Cohere Command R and R+.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& command_r() {
  static const FamilyUnderTest tested{cohere_command_r(),
                                      model_named("cohere.command-r-v1:0", 4096)};
  return tested;
}

std::string with(std::string_view more) {
  return command_r().refusal(R"({"message":"x",)" + std::string(more) + "}");
}

TEST(CommandR, ReadsTheConversation) {
  const auto request = command_r().parse(
      R"({"message":"What skills?","preamble":"Be brief.","chat_history":[)"
      R"({"role":"USER","message":"A role?"},{"role":"CHATBOT","message":"Engineer!"}],)"
      R"("max_tokens":9,"temperature":0.6,"p":0.5,"k":250,"frequency_penalty":0.1,)"
      R"("presence_penalty":0.2,"seed":5,"stop_sequences":["a"],"prompt_truncation":"OFF",)"
      R"("search_queries_only":false,"return_prompt":false,"raw_prompting":false})");
  const Conversation& conversation = conversation_of(request);
  EXPECT_EQ(std::get<TextBlock>(conversation.system.at(0)).text, "Be brief.");
  ASSERT_EQ(conversation.messages.size(), 3U);
  EXPECT_EQ(conversation.messages[1].role, Role::kAssistant);
  EXPECT_EQ(said(conversation, 2), "What skills?");
  EXPECT_EQ(request.sampling.max_tokens, 9);
  EXPECT_EQ(request.sampling.top_k, 250);
  EXPECT_EQ(request.sampling.frequency_penalty, 0.1);
  EXPECT_EQ(request.sampling.presence_penalty, 0.2);
  EXPECT_EQ(request.sampling.seed, 5);
}

TEST(CommandR, HasCoheresDefaults) {
  const auto sampling = command_r().parse(R"({"message":"x"})").sampling;
  EXPECT_EQ(sampling.temperature, 0.3);
  EXPECT_EQ(sampling.top_p, 0.75);
  EXPECT_FALSE(sampling.top_k);
  EXPECT_EQ(sampling.max_tokens, 4096);
}

TEST(CommandR, DocumentsStandBeforeTheMessage) {
  const auto request = command_r().parse(
      R"({"message":"Who is tallest?","documents":[)"
      R"({"title":"Tall penguins","snippet":"Emperors.","secret":"x","_excludes":["secret"]},)"
      R"({"id":"b","snippet":"Antarctica."}]})");
  const auto& content = conversation_of(request).messages.at(0).content;
  ASSERT_EQ(content.size(), 3U);
  const auto& first = std::get<DocumentBlock>(content[0]);
  EXPECT_EQ(first.name, "doc_0");
  EXPECT_EQ(first.parts.at(0), "title: Tall penguins\nsnippet: Emperors.\n");
  EXPECT_EQ(std::get<DocumentBlock>(content[1]).name, "b");
  EXPECT_EQ(std::get<TextBlock>(content[2]).text, "Who is tallest?");
}

TEST(CommandR, ParameterDefinitionsAreASchema) {
  const auto request = command_r().parse(
      R"({"message":"x","tools":[{"name":"top_song","description":"d","parameter_definitions":{)"
      R"("sign":{"description":"call sign","type":"str","required":true},)"
      R"("days":{"type":"List[int]"}}}]})");
  const Tool& tool = conversation_of(request).tools.at(0);
  EXPECT_EQ(tool.name, "top_song");
  EXPECT_EQ(tool.input_schema,
            R"({"type":"object","properties":{)"
            R"("sign":{"type":"string","description":"call sign"},"days":{"type":"array"}},)"
            R"("required":["sign"]})");
}

constexpr std::string_view kTools = R"("tools":[{"name":"w","description":"d"}])";

// The guide's single step: the same message again, with the results.
TEST(CommandR, ResultsRepeatTheirCalls) {
  const auto request = command_r().parse(
      R"({"message":"Weather?",)" + std::string(kTools) +
      R"(,"tool_results":[{"call":{"name":"w","parameters":{"city":"Rome"}},)"
      R"("outputs":[{"t":22},{"t":23}]},{"call":{"name":"w","parameters":{}},"outputs":[]}]})");
  const auto& messages = conversation_of(request).messages;
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(said(conversation_of(request), 0), "Weather?");
  ASSERT_EQ(messages[1].content.size(), 2U);
  const auto& call = std::get<ToolUseBlock>(messages[1].content[0]);
  EXPECT_EQ(call.input, R"({"city":"Rome"})");
  const auto& result = std::get<ToolResultBlock>(messages[2].content.at(0));
  EXPECT_EQ(result.tool_use_id, call.id);
  EXPECT_EQ(std::get<TextBlock>(result.content.at(0)).text, "{\"t\":22}\n{\"t\":23}");
}

// The chat_history of a reply, sent back as it came, holds the calls already.
TEST(CommandR, ResultsFindTheirCallsInTheHistory) {
  const auto request = command_r().parse(
      R"({"message":"",)" + std::string(kTools) +
      R"(,"chat_history":[{"role":"USER","message":"Weather?"},{"role":"CHATBOT","message":"",)"
      R"("tool_calls":[{"name":"w","parameters":{"city":"Rome"}}]}],)"
      R"("tool_results":[{"call":{"name":"w","parameters":{"city":"Rome"}},)"
      R"("outputs":[{"t":1}]}]})");
  const auto& messages = conversation_of(request).messages;
  ASSERT_EQ(messages.size(), 3U);
  const auto& call = std::get<ToolUseBlock>(messages[1].content.at(0));
  EXPECT_EQ(std::get<ToolResultBlock>(messages[2].content.at(0)).tool_use_id, call.id);
}

TEST(CommandR, RawPrompting) {
  const auto request = command_r().parse(R"({"message":"<BOS>x","raw_prompting":true})");
  EXPECT_EQ(std::get<RawPrompt>(request.prompt).text, "<BOS>x");
  EXPECT_EQ(with(R"("raw_prompting":true,"preamble":"y")"),
            "raw_prompting: preamble has no place in a raw prompt.");
}

TEST(CommandR, RefusesInTheSchemasWords) {
  EXPECT_EQ(command_r().refusal("{}"), malformed_input("#: required key [message] not found"));
  EXPECT_EQ(command_r().refusal(R"({"message":""})"),
            malformed_input("#/message: expected minLength: 1, actual: 0"));
  // Recorded in an issue of a client that sent it.
  EXPECT_EQ(with(R"("stream":true)"),
            malformed_input("#: extraneous key [stream] is not permitted"));
  EXPECT_EQ(with(R"("p":1)"), malformed_input("#/p: 1 is not less or equal to 0.99"));
  EXPECT_EQ(with(R"("temperature":1.5)"),
            malformed_input("#/temperature: 1.5 is not less or equal to 1"));
  EXPECT_EQ(with(R"("presence_penalty":2)"),
            malformed_input("#/presence_penalty: 2 is not less or equal to 1"));
  EXPECT_EQ(with(R"("chat_history":[{"role":"user","message":"x"}])"),
            malformed_input("#/chat_history/0/role: user is not a valid enum value"));
  EXPECT_EQ(with(R"("chat_history":[{"role":"USER"}])"),
            malformed_input("#/chat_history/0: required key [message] not found"));
  EXPECT_EQ(with(R"("documents":[{"snippet":5}])"),
            malformed_input("#/documents/0/snippet: expected type: String, found: Integer"));
  EXPECT_EQ(with(R"("prompt_truncation":"AUTO")"),
            malformed_input("#/prompt_truncation: AUTO is not a valid enum value"));
  EXPECT_EQ(
      with(R"("tools":[{"name":"w","description":"d",)"
           R"("parameter_definitions":{"a":{"type":"Foo"}}}])"),
      malformed_input("#/tools/0/parameter_definitions/a/type: Foo is not a valid enum value"));
  EXPECT_EQ(with(R"("tool_results":[{"call":{"name":"w","parameters":{}},"outputs":[]}])"),
            malformed_input("#: required key [tools] not found"));
  EXPECT_EQ(with(R"("tools":[{"name":"w","description":"d"}],"tool_results":[{"outputs":[]}])"),
            malformed_input("#/tool_results/0: required key [call] not found"));
}

TEST(CommandR, RefusesWhatNoWeightsHonour) {
  EXPECT_TRUE(with(R"("search_queries_only":true)").starts_with("search_queries_only:"));
  EXPECT_TRUE(with(R"("return_prompt":true)").starts_with("return_prompt:"));
}

TEST(CommandR, RendersTheReply) {
  json::object rendered = command_r().render(
      reply_saying("Hi"), R"({"message":"x","chat_history":[{"role":"USER","message":"a"}]})");
  EXPECT_NE(rendered.at("response_id"), rendered.at("generation_id"));
  rendered["response_id"] = rendered["generation_id"] = "";
  EXPECT_EQ(json::serialize(rendered),
            R"({"response_id":"","text":"Hi","generation_id":"","chat_history":[)"
            R"({"role":"USER","message":"a"},{"role":"USER","message":"x"},)"
            R"({"role":"CHATBOT","message":"Hi"}],"finish_reason":"COMPLETE"})");
}

TEST(CommandR, SaysWhyItFinished) {
  const auto reason = [](StopReason why) {
    return command_r().render(reply_saying("x", {.reason = why})).at("finish_reason");
  };
  EXPECT_EQ(reason(StopReason::kMaxTokens), "MAX_TOKENS");
  EXPECT_EQ(reason(StopReason::kContextWindowExceeded), "ERROR_LIMIT");
  EXPECT_EQ(reason(StopReason::kStopSequence), "COMPLETE");
  EXPECT_EQ(reason(StopReason::kToolUse), "COMPLETE");
}

constexpr std::string_view kToolBody = R"({"message":"x","tools":[]})";

TEST(CommandR, RendersToolCalls) {
  GenerationReply reply = reply_saying("", {.reason = StopReason::kToolUse});
  reply.content.emplace_back(ToolUseBlock{.id = "", .name = "w", .input = R"({"city":"Rome"})"});
  EXPECT_EQ(json::serialize(command_r().render(reply, kToolBody).at("tool_calls")),
            R"([{"name":"w","parameters":{"city":"Rome"}}])");
}

// Half a call is no call: the finish reason tells of the limit.
TEST(CommandR, LeavesABrokenOffCallOut) {
  GenerationReply reply = reply_saying("", {.reason = StopReason::kMaxTokens});
  reply.content.emplace_back(ToolUseBlock{.id = "", .name = "w", .input = R"({"city":"Ro)"});
  const json::object rendered = command_r().render(reply, kToolBody);
  EXPECT_TRUE(rendered.at("tool_calls").as_array().empty());
  EXPECT_EQ(rendered.at("finish_reason"), "MAX_TOKENS");
}

TEST(CommandR, StreamsCoheresEvents) {
  const auto chunks = command_r().chunks(
      {TextDelta{"Hi", {}}, ToolUseStart{"w"}, ToolInputDelta{"{}"}}, {}, kToolBody);
  ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(json::serialize(chunks[0]),
            R"({"is_finished":false,"event_type":"text-generation","text":"Hi"})");
  EXPECT_EQ(chunks[1].at("event_type"), "tool-calls-generation");
  EXPECT_EQ(chunks[2].at("event_type"), "stream-end");
  EXPECT_EQ(chunks[2].at("is_finished"), true);
  EXPECT_EQ(chunks[2].at("finish_reason"), "COMPLETE");
  const json::value& response = chunks[2].at("response");
  EXPECT_EQ(response.at("text"), "Hi");
  EXPECT_FALSE(response.at("generation_id").as_string().empty());
  EXPECT_EQ(response.at("meta").at("billed_units").at("input_tokens"), 12);
}

TEST(CommandR, ConverseTakesTheFurtherSampling) {
  EXPECT_EQ(command_r().fields(R"({"k":9})").top_k, 9);
  EXPECT_NE(command_r().refused_fields(R"({"preamble":"x"})"), "accepted");
}

}  // namespace
}  // namespace bedplate::inference
