// Tools for weights whose chat template knows none: told of in the system prompt, called in tags.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// What a call looks like in the model's text. Many open models were trained on these tags.
inline constexpr std::string_view kToolCallOpening = "<tool_call>";
inline constexpr std::string_view kToolCallClosing = "</tool_call>";

/// Parses JSON that a client sent within a body, as deep as a body may be and a little deeper: we
/// put schemas into others.
boost::json::value parse_nested(std::string_view text, boost::system::error_code& malformed);

/// The same conversation without tools, tool calls or tool results: they have become text. The
/// model is told to write a call as {"name": …, "arguments": {…}} between the tags.
Conversation with_tools_as_text(Conversation conversation);

/// The JSON schema of a call of one of the conversation's tools, of the named one with kTool:
/// {"name": …, "arguments": {…}} with the arguments as the tool's own schema wants them.
std::string call_schema(const Conversation& conversation);

}  // namespace bedplate::inference
