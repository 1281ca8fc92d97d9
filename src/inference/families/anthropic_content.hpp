// The content blocks, tools and thinking of an Anthropic Messages body. Facts: AWS's guide, page
// model-parameters-anthropic-claude-messages-request-response, and Anthropic's own errors.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "inference/conversation.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::inference {

/// `content` or `system`: a text or a list of blocks. A block's cache_control becomes a CachePoint
/// behind it. Documents come with their bytes unread. `pointer`: where the value stands.
std::vector<ContentBlock> read_anthropic_content(const boost::json::value& value,
                                                 const std::string& pointer,
                                                 BodyViolations& violations);

/// `tools`: custom ones, and those whose schema the provider defines (computer, bash, text editor).
void read_anthropic_tools(const boost::json::array& tools, Conversation& conversation,
                          BodyViolations& violations);

void read_anthropic_tool_choice(const boost::json::object& choice, Conversation& conversation);

/// `thinking`. Throws ValidationException in Anthropic's words.
void read_anthropic_thinking(const boost::json::object& thinking, GenerationRequest& request);

/// `output_config` and the older `output_format`.
void read_anthropic_output(const boost::json::object& output, GenerationRequest& request);

/// What Anthropic checks once the body has the right shape: turns, blank texts, answered calls,
/// cache points, thinking beside sampling. Throws ValidationException; `prefix` goes before each
/// text (kModelErrorPrefix for Converse).
void check_anthropic_conversation(const Conversation& conversation);
void check_anthropic_thinking(const GenerationRequest& request, std::string_view prefix);

}  // namespace bedplate::inference
