// The content blocks and tools of Amazon Nova's bodies: Converse's shapes, with base64 for bytes.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "inference/conversation.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

/// Reads a list of blocks as they may stand in a message of that role. Notes violations; throws
/// ApiError for blocks that are well-formed, but not taken.
std::vector<ContentBlock> read_nova_content(const boost::json::array& blocks,
                                            const std::string& pointer, Role role,
                                            const CatalogueModel& model,
                                            BodyViolations& violations);

/// The same for `system`: texts and cache points.
std::vector<ContentBlock> read_nova_system(const boost::json::array& blocks,
                                           const std::string& pointer, BodyViolations& violations);

/// Reads `toolConfig`.
void read_nova_tools(const boost::json::object& config, const std::string& pointer,
                     Conversation& conversation, BodyViolations& violations);

}  // namespace bedplate::inference
