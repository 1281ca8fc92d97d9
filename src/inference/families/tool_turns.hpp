// Calls of tools and their results in a conversation: every call is answered in the turn after it,
// and nothing is answered that was not called.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/api_error.hpp"
#include "inference/conversation.hpp"

namespace bedplate::inference {

/// The ids of the tool calls of a message, and of the results in it, in order.
std::vector<std::string> called_in(const Message& message);
std::vector<std::string> answered_in(const Message& message);

/// The first place where calls and results do not fit together.
struct ToolTurnFault {
  enum class Kind {
    kUnanswered,  ///< calls of the turn before have no result here
    kForeign,     ///< results here answer no call of the turn before, or one twice
  } kind = Kind::kUnanswered;
  std::size_t turn = 0;          ///< where the results stand, or should stand
  std::vector<std::string> ids;  ///< of the calls without result, or the results without call
};

std::optional<ToolTurnFault> find_tool_turn_fault(const std::vector<Message>& messages);

/// A fault in Converse's words, which are those of Nova's native body, too.
ApiError converse_tool_turn_error(const ToolTurnFault& fault);

/// Whether any message calls a tool or holds a tool's result.
bool holds_tool_blocks(const std::vector<Message>& messages);

}  // namespace bedplate::inference
