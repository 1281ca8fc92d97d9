// The canonical conversation as a body of Anthropic's Messages API. Facts: Anthropic's API
// reference, pages "Create a Message" and "Count tokens in a Message".
#pragma once

#include <string>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// The body of POST /v1/messages, for a stream. Throws EngineError (kInvalidRequest) for what that
/// API has no place for. `model`: the upstream's name.
std::string messages_body(const GenerationRequest& request, const std::string& model);

/// The body of POST /v1/messages/count_tokens. Throws as messages_body().
std::string counting_body(const GenerationRequest& request, const std::string& model);

}  // namespace bedplate::inference
