// AI21 Jamba, and the chat bodies it shares with Writer's Palmyra.
#include <gtest/gtest.h>

#include "inference/families/families.hpp"
#include "inference/families/family_for_test.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

const FamilyUnderTest& jamba() {
  static const FamilyUnderTest tested{ai21_jamba(), model_named("ai21.jamba-1-5-mini-v1:0")};
  return tested;
}

std::string with(std::string_view more, bool stream = false) {
  return jamba().refusal(
      R"({"messages":[{"role":"user","content":"x"}],)" + std::string(more) + "}", stream);
}

TEST(Jamba, ReadsTheConversation) {
  const auto request = jamba().parse(
      R"({"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},)"
      R"({"role":"assistant","content":"Hello"},{"role":"user","content":"Who?"}],)"
      R"("max_tokens":9,"temperature":0.7,"top_p":0.9,"stop":["###"],"n":2,)"
      R"("frequency_penalty":0.5,"presence_penalty":0.25})");
  const Conversation& conversation = conversation_of(request);
  EXPECT_EQ(std::get<TextBlock>(conversation.system.at(0)).text, "Be kind.");
  ASSERT_EQ(conversation.messages.size(), 3U);
  EXPECT_EQ(conversation.messages[1].role, Role::kAssistant);
  EXPECT_EQ(said(conversation, 2), "Who?");
  EXPECT_EQ(request.sampling.stop_sequences, std::vector<std::string>{"###"});
  EXPECT_EQ(request.sampling.frequency_penalty, 0.5);
  EXPECT_EQ(request.sampling.presence_penalty, 0.25);
  EXPECT_EQ(request.replies, 2);
}

TEST(Jamba, HasAi21sDefaults) {
  const auto sampling = jamba().parse(R"({"messages":[{"role":"user","content":"x"}]})").sampling;
  EXPECT_EQ(sampling.temperature, 1.0);
  EXPECT_EQ(sampling.top_p, 1.0);
  EXPECT_EQ(sampling.max_tokens, 4096);
}

TEST(Jamba, StopMayBeOneText) {
  const auto request =
      jamba().parse(R"({"messages":[{"role":"user","content":"x"}],"stop":"monkeys."})");
  EXPECT_EQ(request.sampling.stop_sequences, std::vector<std::string>{"monkeys."});
}

TEST(Jamba, ReadsToolsCallsAndResults) {
  const auto request = jamba().parse(
      R"({"tools":[{"type":"function","function":{"name":"w","description":"d",)"
      R"("parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"messages":[)"
      R"({"role":"user","content":"Weather?"},{"role":"assistant","content":null,"tool_calls":[)"
      R"({"id":"a","type":"function","function":{"name":"w","arguments":"{\"city\":\"Rome\"}"}},)"
      R"({"id":"b","type":"function","function":{"name":"w","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"a","content":"22"},)"
      R"({"role":"tool","tool_call_id":"b","content":"23"}]})");
  const Conversation& conversation = conversation_of(request);
  ASSERT_EQ(conversation.tools.size(), 1U);
  EXPECT_EQ(conversation.tools[0].name, "w");
  EXPECT_EQ(conversation.tools[0].input_schema,
            R"({"type":"object","properties":{"city":{"type":"string"}}})");
  ASSERT_EQ(conversation.messages.size(), 3U);
  EXPECT_EQ(std::get<ToolUseBlock>(conversation.messages[1].content.at(0)).input,
            R"({"city":"Rome"})");
  ASSERT_EQ(conversation.messages[2].content.size(), 2U);
  EXPECT_EQ(std::get<ToolResultBlock>(conversation.messages[2].content[1]).tool_use_id, "b");
}

TEST(Jamba, RefusesInTheSchemasWords) {
  EXPECT_EQ(jamba().refusal("{}"), malformed_input("#: required key [messages] not found"));
  EXPECT_EQ(jamba().refusal(R"({"messages":[]})"),
            malformed_input("#/messages: expected minimum item count: 1, found: 0"));
  EXPECT_EQ(jamba().refusal(R"({"messages":["x"]})"),
            malformed_input("#/messages/0: expected type: JSONObject, found: String"));
  EXPECT_EQ(jamba().refusal(R"({"messages":[{"role":"user"}]})"),
            malformed_input("#/messages/0: required key [content] not found"));
  EXPECT_EQ(jamba().refusal(R"({"messages":[{"role":"bot","content":"x"}]})"),
            malformed_input("#/messages/0/role: bot is not a valid enum value"));
  EXPECT_EQ(jamba().refusal(R"({"messages":[{"role":"user","content":5}]})"),
            malformed_input("#/messages/0/content: expected type: String, found: Integer"));
  EXPECT_EQ(jamba().refusal(
                R"({"messages":[{"role":"user","content":[{"type":"image_url","text":"x"}]}]})"),
            malformed_input("#/messages/0/content/0/type: image_url is not a valid enum value"));
  EXPECT_EQ(with(R"("max_tokens":4097)"),
            malformed_input("#/max_tokens: 4097 is not less or equal to 4096"));
  EXPECT_EQ(with(R"("temperature":2.5)"),
            malformed_input("#/temperature: 2.5 is not less or equal to 2"));
  EXPECT_EQ(with(R"("n":17)"), malformed_input("#/n: 17 is not less or equal to 16"));
  EXPECT_EQ(with(R"("logit_bias":{})"),
            malformed_input("#: extraneous key [logit_bias] is not permitted"));
}

TEST(Jamba, RefusesBrokenToolTurns) {
  EXPECT_EQ(jamba().refusal(R"({"messages":[{"role":"user","content":"x"},)"
                            R"({"role":"tool","tool_call_id":"a","content":"1"}]})"),
            malformed_input("#/messages: no tool call has the id a"));
  EXPECT_EQ(jamba().refusal(R"({"messages":[{"role":"user","content":"x"},)"
                            R"({"role":"tool","content":"1"}]})"),
            malformed_input("#/messages/1: required key [tool_call_id] not found"));
  EXPECT_EQ(
      jamba().refusal(R"({"messages":[{"role":"user","content":"x"},{"role":"assistant",)"
                      R"("tool_calls":[{"id":"a","function":{"name":"w","arguments":"Rome"}}]}]})"),
      malformed_input(
          "#/messages/1/tool_calls/0/function/arguments: expected a JSON object's text"));
}

TEST(Jamba, JoinsThePartsOfAText) {
  const auto request = jamba().parse(
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"text":"b"}]}]})");
  ASSERT_EQ(conversation_of(request).messages.at(0).content.size(), 1U);
  EXPECT_EQ(said(conversation_of(request), 0), "ab");
}

TEST(Jamba, AnEmptyTextBesideCallsSaysNothing) {
  const auto request = jamba().parse(R"({"messages":[{"role":"user","content":"x"},)"
                                     R"({"role":"assistant","content":"","tool_calls":[)"
                                     R"({"id":"a","function":{"name":"w","arguments":"{}"}}]}]})");
  ASSERT_EQ(conversation_of(request).messages.at(1).content.size(), 1U);
}

TEST(Jamba, KnowsFewerMembersThanOpenAi) {
  const auto message = [](std::string_view members) {
    return jamba().refusal(R"({"messages":[{)" + std::string(members) + "}]}");
  };
  EXPECT_EQ(message(R"("role":"developer","content":"x")"),
            malformed_input("#/messages/0/role: developer is not a valid enum value"));
  EXPECT_EQ(message(R"("role":"user","content":"x","tool_calls":[])"),
            malformed_input("#/messages/0: extraneous key [tool_calls] is not permitted"));
  EXPECT_EQ(message(R"("role":"assistant","content":"x","refusal":"no")"),
            malformed_input("#/messages/0: extraneous key [refusal] is not permitted"));
  EXPECT_EQ(message(R"("role":"user","content":{"type":"file","text":"x"})"),
            malformed_input("#/messages/0/content/type: file is not a valid enum value"));
  const auto call = [&](std::string_view arguments) {
    return message(
        R"("role":"assistant","tool_calls":[{"id":"a","function":{"name":"w","arguments":)" +
        std::string(arguments) + "}}]");
  };
  EXPECT_EQ(call("{}"), malformed_input("#/messages/0/tool_calls/0/function/arguments: expected "
                                        "type: String, found: JSONObject"));
  EXPECT_EQ(call("\"\""),
            malformed_input("#/messages/0/tool_calls/0/function/arguments: expected a "
                            "JSON object's text"));
  EXPECT_EQ(with(R"("tools":[{"type":"web","function":{"name":"w"}}])"),
            malformed_input("#/tools/0/type: web is not a valid enum value"));
  EXPECT_EQ(with(R"("tools":[{"type":"function","function":{"name":""}}])"),
            malformed_input("#/tools/0/function/name: expected minLength: 1, actual: 0"));
  EXPECT_EQ(with(R"("tool_choice":"auto")"),
            malformed_input("#: extraneous key [tool_choice] is not permitted"));
  EXPECT_EQ(with(R"("stop":["a",""])"),
            malformed_input("#/stop/1: expected minLength: 1, actual: 0"));
  EXPECT_EQ(with(R"("stop":"")"), malformed_input("#/stop: expected minLength: 1, actual: 0"));
}

TEST(Jamba, AResultMayStandAnywhereBehindItsCall) {
  EXPECT_EQ(
      jamba().refusal(
          R"({"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[)"
          R"({"id":"a","function":{"name":"w","arguments":"{}"}}]},)"
          R"({"role":"user","content":"y"},{"role":"tool","tool_call_id":"a","content":"1"}]})"),
      "accepted");
}

TEST(Jamba, RefusesSeveralAnswersWhereTheyMakeNoSense) {
  EXPECT_EQ(with(R"("n":2)", true), "n: must be 1 for streaming responses.");
  EXPECT_EQ(with(R"("n":2,"temperature":0)"),
            "n: must be 1 at temperature 0, which makes all answers the same.");
}

TEST(Jamba, HoldsTheReplyToJson) {
  const auto request = jamba().parse(R"({"messages":[{"role":"user","content":"x"}],)"
                                     R"("response_format":{"type":"json_object"}})");
  EXPECT_EQ(request.output_schema, R"({"type":"object"})");
  EXPECT_NE(with(R"("response_format":{"type":"yaml"})"), "accepted");
}

TEST(Jamba, RendersChoices) {
  GenerationReply reply = reply_saying("Hi");
  reply.alternatives = {reply_saying("Ho", {.reason = StopReason::kMaxTokens})};
  json::object rendered = jamba().render(reply);
  EXPECT_TRUE(rendered.at("id").as_string().starts_with("chatcmpl-"));
  rendered["id"] = "";
  EXPECT_EQ(json::serialize(rendered),
            R"({"id":"","choices":[)"
            R"({"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":null},)"
            R"("finish_reason":"stop"},)"
            R"({"index":1,"message":{"role":"assistant","content":"Ho","tool_calls":null},)"
            R"("finish_reason":"length"}],)"
            R"("usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17},)"
            R"("meta":{"requestDurationMillis":0},"model":"jamba-1.5-mini"})");
}

TEST(Jamba, RendersToolCalls) {
  GenerationReply reply = reply_saying("", {.reason = StopReason::kToolUse});
  reply.content.emplace_back(ToolUseBlock{.id = "", .name = "w", .input = R"({"a":1})"});
  const json::object rendered = jamba().render(reply);
  const json::value& choice = rendered.at("choices").as_array().at(0);
  EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
  const json::value& call = choice.at("message").at("tool_calls").as_array().at(0);
  EXPECT_EQ(call.at("function").at("arguments"), R"({"a":1})");
  EXPECT_TRUE(call.at("id").as_string().starts_with("call_"));
}

TEST(Jamba, StreamsDeltas) {
  auto chunks = jamba().chunks({TextDelta{"Hi", {}}, ToolUseStart{"w"}, ToolInputDelta{"{}"}},
                               {.reason = StopReason::kToolUse});
  ASSERT_EQ(chunks.size(), 5U);
  const auto choice = [&chunks](std::size_t i) { return chunks[i].at("choices").as_array().at(0); };
  EXPECT_EQ(choice(0).at("delta").at("role"), "assistant");
  EXPECT_EQ(choice(1).at("delta").at("content"), "Hi");
  EXPECT_EQ(choice(2).at("delta").at("tool_calls").as_array().at(0).at("index"), 0);
  EXPECT_EQ(choice(3).at("delta").at("tool_calls").as_array().at(0).at("function").at("arguments"),
            "{}");
  EXPECT_EQ(choice(4).at("finish_reason"), "tool_calls");
  EXPECT_EQ(chunks[4].at("usage").at("total_tokens"), 17);
  EXPECT_TRUE(chunks[4].at("meta").as_object().contains("requestDurationMillis"));
  for (const json::object& chunk : chunks) EXPECT_EQ(chunk.at("id"), chunks[0].at("id"));
}

TEST(Jamba, ConverseTakesThePenalties) {
  EXPECT_EQ(jamba().fields(R"({"presence_penalty":1})").presence_penalty, 1.0);
  EXPECT_NE(jamba().refused_fields(R"({"n":2})"), "accepted");
}

}  // namespace
}  // namespace bedplate::inference
