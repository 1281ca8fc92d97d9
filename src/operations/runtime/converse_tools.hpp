// Converse's toolConfig, and how the turns of a conversation must answer each other's tool calls.
#pragma once

#include "api/runtime.hpp"
#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// Reads the tools and the choice into `conversation`. Throws ApiError.
void read_tool_config(const api::runtime::ToolConfiguration& config, bool stream,
                      const inference::CatalogueModel& model,
                      inference::Conversation& conversation);

/// Every toolUse must have its toolResult in the turn that follows, and there may be no others.
/// Throws ValidationException in Bedrock's words.
void check_tool_turns(const inference::Conversation& conversation, bool has_tool_config,
                      const inference::CatalogueModel& model);

}  // namespace bedplate::operations
