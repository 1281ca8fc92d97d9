// Rules files: what conditions hold for. Mistakes in files: tests/conformance.
#include "inference/engines/scripted_rules.hpp"

#include <gtest/gtest.h>

namespace bedplate::inference {
namespace {

bool holds_for(const std::string& when, const GenerationRequest& request) {
  const ScriptedRules rules =
      parse_rules(R"({"rules":[{"when":)" + when + R"(,"text":"a"}]})", "file");
  return holds(rules.rules.front().condition, texts_in(request));
}

GenerationRequest request_of() {
  Conversation conversation;
  conversation.system.emplace_back(TextBlock{"Be brief."});
  conversation.messages.push_back({Role::kUser, {TextBlock{"Add 12"}, TextBlock{"and 3"}}});
  conversation.messages.push_back({Role::kAssistant, {ToolUseBlock{"t", "add", "{}"}}});
  conversation.messages.push_back({Role::kUser, {ToolResultBlock{"t", {TextBlock{"15"}}, false}}});
  conversation.tools.push_back({"add", "", "{}"});
  GenerationRequest request;
  request.prompt = std::move(conversation);
  return request;
}

TEST(ScriptedRulesTest, ConditionsLookWhereTheySay) {
  const GenerationRequest request = request_of();
  for (const char* when :
       {R"({})", R"({"text_contains":"12\nand"})", R"({"text_matches":"^Add \\d+"})",
        R"({"system_contains":"brief"})", R"({"tool_result_matches":"^15$"})", R"({"tool":"add"})",
        R"({"text_contains":"Add","tool":"add","system_matches":"B"})"}) {
    EXPECT_TRUE(holds_for(when, request)) << when;
  }
  for (const char* when :
       {R"({"text_contains":"15"})", R"({"text_matches":"^and"})", R"({"system_contains":"Add"})",
        R"({"tool_result_contains":"12"})", R"({"tool":"subtract"})",
        R"({"text_contains":"Add","tool":"subtract"})"}) {
    EXPECT_FALSE(holds_for(when, request)) << when;
  }
}

TEST(ScriptedRulesTest, OfARawPromptThereIsOnlyTheText) {
  GenerationRequest request;
  request.prompt = RawPrompt{"[INST] Hello [/INST]"};
  EXPECT_TRUE(holds_for(R"({"text_contains":"Hello"})", request));
  EXPECT_FALSE(holds_for(R"({"system_contains":"Hello"})", request));
  EXPECT_FALSE(holds_for(R"({"tool_result_contains":""})", request));
}

TEST(ScriptedRulesTest, LongTextsAreCutBetweenCharacters) {
  GenerationRequest request;
  request.prompt = RawPrompt{"x" + std::string(RequestTexts::kTextBytesMax, 'a')};
  EXPECT_TRUE(holds_for(R"({"text_matches":"^xa+$"})", request));
  std::string umlauts = "x";
  while (umlauts.size() <= RequestTexts::kTextBytesMax) umlauts += "ä";
  request.prompt = RawPrompt{umlauts};
  EXPECT_LE(texts_in(request).words.size(), RequestTexts::kTextBytesMax);
  EXPECT_TRUE(holds_for(R"({"text_matches":"^xä+$"})", request));
}

TEST(ScriptedRulesTest, PatternsThatExplodeDoNotHold) {
  GenerationRequest request;
  request.prompt.emplace<RawPrompt>(RawPrompt{std::string(64, 'a') + 'b'});
  EXPECT_FALSE(holds_for(R"x({"text_matches":"^(a+)+$"})x", request));
}

}  // namespace
}  // namespace bedplate::inference
