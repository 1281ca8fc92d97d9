// What Converse has no member for goes in `additionalModelRequestFields`, in each provider's words.
// Facts: the pages on the providers' request parameters in the Amazon Bedrock user guide, which
// inference/families read, too.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "inference/conversation.hpp"

namespace bedplate::inference {

enum class ModelProvider {
  kOther,
  kAnthropic,
  kNova,
  kMistral,
  kCohere,
  kAi21,
  kWriter,
  kChat,  ///< all whose native body is OpenAI's chat completion
};

/// From the upstream's id of a model; when that does not tell (an ARN of the account's own), from
/// our id of it.
ModelProvider provider_of(std::string_view upstream_id, std::string_view model_id);

/// Whether the effort of reasoning has its place in Converse's own `outputConfig`.
bool takes_effort_in_converse(ModelProvider provider);

/// Throws EngineError (kInvalidRequest) for what the provider's models do not take.
boost::json::object converse_fields(const GenerationRequest& request, ModelProvider provider);

}  // namespace bedplate::inference
