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

/// No character is cut in two: a regular expression would find nothing in it.
std::string bounded(std::string text) {
  if (text.size() <= RequestTexts::kTextBytesMax) return text;
  std::size_t end = RequestTexts::kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

template <class Content>
std::string texts_of(const Content& content) {
  std::string text;
  for (const auto& block : content) {
    if (const auto* part = std::get_if<TextBlock>(&block)) add_line(text, part->text);
  }
  return bounded(std::move(text));
}

std::string last_words(const Conversation& conversation) {
  const auto& messages = conversation.messages;
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->role != Role::kUser) continue;
    std::string text = texts_of(at->content);
    if (!text.empty()) return text;
  }
  return {};
}

}  // namespace

RequestTexts texts_in(const GenerationRequest& request) {
  RequestTexts texts;
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (!conversation) {
    texts.words = bounded(std::get<RawPrompt>(request.prompt).text);
    return texts;
  }
  texts.words = last_words(*conversation);
  texts.system = texts_of(conversation->system);
  for (const Tool& tool : conversation->tools) texts.tools.push_back(tool.name);
  if (conversation->messages.empty()) return texts;
  for (const ContentBlock& block : conversation->messages.back().content) {
    const auto* result = std::get_if<ToolResultBlock>(&block);
    if (result) texts.tool_results.push_back(texts_of(result->content));
  }
  return texts;
}

bool holds(const ScriptedCondition& condition, const RequestTexts& texts) {
  if (!all_hold(condition.text, texts.words)) return false;
  if (!all_hold(condition.system, texts.system)) return false;
  const bool any_result = std::any_of(
      texts.tool_results.begin(), texts.tool_results.end(),
      [&](const std::string& result) { return all_hold(condition.tool_result, result); });
  if (!condition.tool_result.empty() && !any_result) return false;
  return !condition.tool ||
         std::find(texts.tools.begin(), texts.tools.end(), *condition.tool) != texts.tools.end();
}

}  // namespace bedplate::inference
