// The conversation in a body of Cohere's Chat API (Command R and R+).
#pragma once

#include "inference/families/body_reader.hpp"
#include "inference/families/family.hpp"

namespace bedplate::inference {

/// Reads `message`, `chat_history`, `preamble`, `documents`, `tools` and `tool_results`; what is
/// wrong goes to the body's violations. Documents stand in the user's turn, before the message.
Conversation read_cohere_chat(BodyReader& body);

/// The calls of a reply as Cohere names them: `name` and `parameters`.
boost::json::array cohere_tool_calls(const GenerationReply& reply);

}  // namespace bedplate::inference
