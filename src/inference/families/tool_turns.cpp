#include "inference/families/tool_turns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate::inference {
std::vector<std::string> called_in(const Message& message) {
  std::vector<std::string> ids;
  for (const ContentBlock& block : message.content) {
    if (const auto* call = std::get_if<ToolUseBlock>(&block)) ids.push_back(call->id);
  }
  return ids;
}

std::vector<std::string> answered_in(const Message& message) {
  std::vector<std::string> ids;
  for (const ContentBlock& block : message.content) {
    if (const auto* result = std::get_if<ToolResultBlock>(&block)) {
      ids.push_back(result->tool_use_id);
    }
  }
  return ids;
}

namespace {

/// What is left of `from` when each of `taken` has taken its equal away.
std::vector<std::string> without(std::vector<std::string> from,
                                 const std::vector<std::string>& taken) {
  for (const std::string& id : taken) {
    const auto at = std::find(from.begin(), from.end(), id);
    if (at != from.end()) from.erase(at);
  }
  return from;
}

}  // namespace

std::optional<ToolTurnFault> find_tool_turn_fault(const std::vector<Message>& messages) {
  using Kind = ToolTurnFault::Kind;
  std::vector<std::string> calls;
  for (std::size_t turn = 0; turn < messages.size(); ++turn) {
    const std::vector<std::string> results = answered_in(messages[turn]);
    auto unanswered = without(calls, results);
    if (!unanswered.empty()) return ToolTurnFault{Kind::kUnanswered, turn, std::move(unanswered)};
    auto foreign = without(results, calls);
    if (!foreign.empty()) return ToolTurnFault{Kind::kForeign, turn, std::move(foreign)};
    calls = called_in(messages[turn]);
  }
  if (calls.empty()) return std::nullopt;
  return ToolTurnFault{Kind::kUnanswered, messages.size(), std::move(calls)};
}

ApiError converse_tool_turn_error(const ToolTurnFault& fault) {
  if (fault.kind == ToolTurnFault::Kind::kUnanswered) {
    return errors::validation(
        fmt::format("Expected toolResult blocks at messages.{}.content for the following Ids: {}",
                    fault.turn, fmt::join(fault.ids, ", ")));
  }
  return errors::validation(
      fmt::format("The number of toolResult blocks at messages.{}.content exceeds the number of "
                  "toolUse blocks of previous turn.",
                  fault.turn));
}

bool holds_tool_blocks(const std::vector<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const Message& message) {
    return !called_in(message).empty() || !answered_in(message).empty();
  });
}

}  // namespace bedplate::inference
