// A generation's reply in Converse's words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/runtime.hpp"
#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// Whether a tool call of the model says its type. Recorded in 2026: those of Claude and Nova 2 do,
/// those of Nova, Llama, Mistral and Kimi do not.
bool names_tool_use_type(const inference::CatalogueModel& model);

/// Whether the model's replies name tokens written to the prompt cache only when there are some, as
/// recorded of the newest Claude models in 2026. Others name 0.
bool names_cache_writes_if_any(const inference::CatalogueModel& model);

/// The assistant's message. Gives each tool call an id.
api::runtime::Message converse_message(inference::GenerationReply reply,
                                       const inference::CatalogueModel& model);

/// One source of the text that follows it in a stream.
api::runtime::CitationsDelta converse_citation_delta(inference::Citation citation);

/// Converse's name for a stop reason.
const char* converse_stop_reason(inference::StopReason reason);

/// Recorded: the total holds what was read from the cache and written to it.
api::runtime::TokenUsage converse_usage(const inference::Usage& usage,
                                        const inference::CatalogueModel& model, bool streaming);

/// Picks `paths` (JSON pointers) out of native JSON, each under its own path; nothing when none is
/// there.
std::optional<boost::json::value> pick_response_fields(
    const std::vector<std::string>& paths, const std::vector<boost::json::object>& natives);

}  // namespace bedplate::operations
