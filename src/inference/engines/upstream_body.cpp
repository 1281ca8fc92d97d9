#include "inference/engines/upstream_body.hpp"

#include "inference/engines/tool_prompt.hpp"

namespace bedplate::inference {

EngineError no_place_for(const std::string& what) {
  return EngineError(EngineError::Kind::kInvalidRequest, what);
}

void refuse_probabilities(const GenerationRequest& request) {
  if (!request.token_probabilities) return;
  throw no_place_for("The engine that serves this model reports no probabilities.");
}

const Conversation& conversation_in(const GenerationRequest& request) {
  const auto* conversation = std::get_if<Conversation>(&request.prompt);
  if (!conversation) throw no_place_for("The engine that serves this model takes no raw prompts.");
  return *conversation;
}

boost::json::value json_of(const std::string& text, const std::string& what) {
  boost::system::error_code malformed;
  boost::json::value value = parse_nested(text, malformed);
  if (malformed) throw no_place_for(what + " is not JSON.");
  return value;
}

boost::json::value input_of(const ToolUseBlock& call) {
  return json_of(call.input.empty() ? "{}" : call.input, "A tool call's input");
}

}  // namespace bedplate::inference
