// A generation's reply in Converse's words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/runtime.hpp"
#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// The assistant's message. Gives each tool call an id.
api::runtime::Message converse_message(inference::GenerationReply reply);

/// One source of the text that follows it in a stream.
api::runtime::CitationsDelta converse_citation_delta(inference::Citation citation);

/// Converse's name for a stop reason.
const char* converse_stop_reason(inference::StopReason reason);

api::runtime::TokenUsage converse_usage(const inference::Usage& usage,
                                        const inference::CatalogueModel& model, bool streaming);

/// Picks `paths` (JSON pointers) out of native JSON, each under its own path; nothing when none is
/// there.
std::optional<boost::json::value> pick_response_fields(
    const std::vector<std::string>& paths, const std::vector<boost::json::object>& natives);

}  // namespace bedplate::operations
