// Tools for weights whose chat template knows none: told of in the system prompt, called in tags.
#pragma once

#include <string>
#include <string_view>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// What a call looks like in the model's text. Many open models were trained on these tags.
inline constexpr std::string_view kToolCallOpening = "<tool_call>";
inline constexpr std::string_view kToolCallClosing = "</tool_call>";

/// The same conversation without tools, tool calls or tool results: they have become text. The
/// model is told to write a call as {"name": …, "arguments": {…}} between the tags.
Conversation with_tools_as_text(Conversation conversation);

/// The JSON schema of a call of one of the conversation's tools, of the named one with kTool:
/// {"name": …, "arguments": {…}} with the arguments as the tool's own schema wants them.
std::string call_schema(const Conversation& conversation);

}  // namespace bedplate::inference
