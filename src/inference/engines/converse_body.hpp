// A generation request in the words of Amazon Bedrock's Converse. Facts: the service model of
// bedrock-runtime.
#pragma once

#include <string>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// The body of POST /model/{modelId}/converse-stream. Throws EngineError (kInvalidRequest) for what
/// Converse has no place for. `model`: the upstream's id of the model.
std::string converse_body(const GenerationRequest& request, const std::string& model);

/// The body of POST /model/{modelId}/count-tokens. Throws as converse_body().
std::string converse_counting_body(const GenerationRequest& request, const std::string& model);

}  // namespace bedplate::inference
