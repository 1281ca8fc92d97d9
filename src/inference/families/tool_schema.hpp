// What every family checks about a tool that a client describes.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "inference/conversation.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::inference {

/// Letters, digits, `_` and `-`, at most 64: OpenAI's, Mistral's and Converse's rule alike.
inline constexpr std::string_view kToolNamePattern = "^[a-zA-Z0-9_-]{1,64}$";
bool is_tool_name(std::string_view name);

/// Reads the tool's name under `key`; notes what is wrong with it.
std::string read_tool_name(BodyReader& reader, std::string_view key);

/// Notes a schema whose `type` is not "object"; one without `type` passes.
void check_input_schema(const boost::json::object& schema, const std::string& pointer,
                        BodyViolations& violations);

/// Notes every name that stands twice in `tools`.
void check_unique_names(const std::vector<Tool>& tools, const std::string& pointer,
                        BodyViolations& violations);

bool has_tool(const std::vector<Tool>& tools, std::string_view name);

/// The JSON object that a tool call's input is, as far as it came: a call that was cut off, or that
/// the model wrote wrongly, has none.
boost::json::object parsed_input(const ToolUseBlock& call);

}  // namespace bedplate::inference
