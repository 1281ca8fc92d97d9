#include "operations/runtime/converse_tools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "inference/families/tool_turns.hpp"
#include "operations/runtime/converse_blocks.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;
using inference::CatalogueModel;
using inference::Conversation;
using inference::Message;
using inference::Tool;
using inference::ToolChoice;

Tool read_tool(const api::runtime::ToolSpecification& in, std::size_t index) {
  const json::object* schema = in.inputSchema.json ? in.inputSchema.json->if_object() : nullptr;
  const json::value* type = schema ? schema->if_contains("type") : nullptr;
  if (type == nullptr || !type->is_string() || type->as_string() != "object") {
    throw errors::validation(
        fmt::format("The value at toolConfig.tools.{}.toolSpec.inputSchema.json.type must be one "
                    "of the following: object.",
                    index));
  }
  return {in.name, in.description.value_or(""), json::serialize(*schema)};
}

/// What each provider's models take on Bedrock (the guide's page on tool choice).
bool takes(const CatalogueModel& model, ToolChoice::Kind kind) {
  if (kind == ToolChoice::Kind::kAuto) return true;
  const std::string_view family = model.family;
  if (family == "meta-llama" || family.starts_with("cohere") || family.starts_with("ai21")) {
    return false;
  }
  if (family.starts_with("mistral")) return kind == ToolChoice::Kind::kAny;
  return true;
}

ToolChoice read_choice(const api::runtime::ToolChoice& in, const CatalogueModel& model) {
  ToolChoice choice;
  const char* member = "auto";
  if (in.any) {
    choice.kind = ToolChoice::Kind::kAny;
    member = "any";
  } else if (in.tool) {
    choice = {ToolChoice::Kind::kTool, in.tool->name};
    member = "tool";
  }
  if (!takes(model, choice.kind)) {
    throw errors::validation(
        fmt::format("This model doesn't support the toolConfig.toolChoice.{0} field. Remove "
                    "toolConfig.toolChoice.{0} and try again.",
                    member));
  }
  return choice;
}

/// Claude and Nova mix texts with results and calls freely; others do not.
void check_mixture(const Message& message, std::size_t turn, const CatalogueModel& model) {
  const std::string_view family = model.family;
  const bool strict = family == "meta-llama" || family.starts_with("mistral") ||
                      family.starts_with("cohere") || family.starts_with("ai21");
  if (!strict) return;
  const bool text = std::any_of(message.content.begin(), message.content.end(), [](auto& block) {
    return std::holds_alternative<inference::TextBlock>(block);
  });
  if (text && !inference::answered_in(message).empty()) {
    throw errors::validation(
        fmt::format("messages.{}.content: Conversation blocks and tool result blocks cannot be "
                    "provided in the same turn.",
                    turn));
  }
  if (text && family.starts_with("mistral") && !inference::called_in(message).empty()) {
    throw errors::validation(
        fmt::format("messages.{}.content: Conversation blocks and tool use blocks cannot be "
                    "provided in the same turn.",
                    turn));
  }
}

}  // namespace

void read_tool_config(const api::runtime::ToolConfiguration& config, bool stream,
                      const CatalogueModel& model, Conversation& conversation) {
  if (!model.features.tool_use) throw errors::validation("This model doesn't support tool use.");
  if (stream && !model.features.streaming_tool_use) {
    throw errors::validation("This model doesn't support tool use in streaming mode.");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < config.tools.size(); ++i) {
    const auto& tool = config.tools[i];
    if (tool.systemTool) {
      throw errors::not_implemented(fmt::format("the system tool {}", tool.systemTool->name));
    }
    if (tool.cachePoint) {
      conversation.tools_point = read_cache_point(*tool.cachePoint, model);
      conversation.cache_tools = true;
      continue;
    }
    if (!tool.toolSpec) {
      throw errors::validation(fmt::format("The tool at toolConfig.tools.{} has no toolSpec.", i));
    }
    if (!names.insert(tool.toolSpec->name).second) {
      throw model_refusal("tools: Tool names must be unique.");
    }
    conversation.tools.push_back(read_tool(*tool.toolSpec, i));
  }
  if (!config.toolChoice) return;
  conversation.tool_choice = read_choice(*config.toolChoice, model);
  if (conversation.tool_choice.kind == ToolChoice::Kind::kTool &&
      !names.contains(conversation.tool_choice.name)) {
    throw model_refusal(
        fmt::format("Tool '{}' not found in provided tools", conversation.tool_choice.name));
  }
}

void check_tool_turns(const Conversation& conversation, bool has_tool_config,
                      const CatalogueModel& model) {
  const std::vector<Message>& messages = conversation.messages;
  if (!has_tool_config && inference::holds_tool_blocks(messages)) {
    throw errors::validation(
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
  }
  const auto fault = inference::find_tool_turn_fault(messages);
  for (std::size_t turn = 0; turn < messages.size(); ++turn) {
    if (fault && fault->turn == turn) break;
    check_mixture(messages[turn], turn, model);
  }
  if (fault) throw inference::converse_tool_turn_error(*fault);
}

}  // namespace bedplate::operations
