// Which request a rule is for.
#include <algorithm>

#include "inference/engines/scripted_rules.hpp"

namespace bedplate::inference {
namespace {

bool all_hold(const std::vector<TextTest>& tests, std::string_view text) {
  return std::all_of(tests.begin(), tests.end(),
                     [text](const TextTest& test) { return test(text); });
}

void add_line(std::string& text, std::string_view line) {
  if (!text.empty()) text += '\n';
  text += line;
}

template <class Content>
std::string texts_of(const Content& content) {
  std::string text;
  for (const auto& block : content) {
    if (const auto* part = std::get_if<TextBlock>(&block)) add_line(text, part->text);
  }
  return text;
}

/// The texts of the last message in which the user says something.
std::string last_words(const GenerationRequest& request) {
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (!conversation) return std::get<RawPrompt>(request.prompt).text;
  const auto& messages = conversation->messages;
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->role != Role::kUser) continue;
    std::string text = texts_of(at->content);
    if (!text.empty()) return text;
  }
  return {};
}

bool any_result_holds(const std::vector<TextTest>& tests, const Conversation& conversation) {
  if (conversation.messages.empty()) return false;
  const auto& content = conversation.messages.back().content;
  return std::any_of(content.begin(), content.end(), [&](const ContentBlock& block) {
    const auto* result = std::get_if<ToolResultBlock>(&block);
    return result && all_hold(tests, texts_of(result->content));
  });
}

bool offers(const Conversation& conversation, const std::string& tool) {
  return std::any_of(conversation.tools.begin(), conversation.tools.end(),
                     [&](const Tool& each) { return each.name == tool; });
}

}  // namespace

bool holds(const ScriptedCondition& condition, const GenerationRequest& request) {
  if (!condition.text.empty() && !all_hold(condition.text, last_words(request))) return false;
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (!conversation) {
    return condition.system.empty() && condition.tool_result.empty() && !condition.tool;
  }
  if (!condition.system.empty() && !all_hold(condition.system, texts_of(conversation->system))) {
    return false;
  }
  if (!condition.tool_result.empty() && !any_result_holds(condition.tool_result, *conversation)) {
    return false;
  }
  return !condition.tool || offers(*conversation, *condition.tool);
}

}  // namespace bedplate::inference
