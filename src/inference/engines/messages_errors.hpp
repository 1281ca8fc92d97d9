// What a server of Anthropic's Messages API answers when it fails, as EngineError. Facts:
// Anthropic's API reference, page "Errors".
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "inference/engine.hpp"

namespace bedplate::inference {

/// Makes an overflow of an error with the words "prompt is too long: 210000 tokens > 200000
/// maximum", which Amazon Bedrock hands on.
void read_prompt_overflow(EngineError& error);

/// From a response whose status is not 200. `key` is taken out of every text.
EngineError messages_error_from_response(int http_status, std::string body, std::string_view key);

/// From the `error` member of an error event. `begun`: part of the reply has been handed on.
EngineError messages_error_from_event(const boost::json::value& error, bool begun);

}  // namespace bedplate::inference
