// What the bodies for Anthropic's and Amazon's own APIs have in common.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>

#include "inference/engine.hpp"

namespace bedplate::inference {

/// Claude's own defaults, which the families fill in. Newer models refuse to be given both.
inline constexpr double kClaudesTemperature = 1;
inline constexpr double kClaudesTopP = 0.999;
/// From when on a cache point is for an hour.
inline constexpr std::chrono::seconds kOneHour{3'600};

/// kInvalidRequest: what the upstream has no place for.
EngineError no_place_for(const std::string& what);

/// The conversation of a request. Throws when it is a raw prompt, which upstreams do not take.
const Conversation& conversation_in(const GenerationRequest& request);
/// Throws when the request wants the reply's probabilities, which upstreams do not give.
void refuse_probabilities(const GenerationRequest& request);

/// A JSON text that the client sent. Throws when it is none; `what` names it.
boost::json::value json_of(const std::string& text, const std::string& what);

/// A tool call's input as JSON; an empty text is an empty object.
boost::json::value input_of(const ToolUseBlock& call);

}  // namespace bedplate::inference
