// What Converse, ConverseStream and CountTokens read alike: their messages, checked and
// translated to the canonical conversation.
#pragma once

#include <optional>
#include <vector>

#include "api/runtime.hpp"
#include "base/api_error.hpp"
#include "inference/families/family.hpp"

namespace bedplate::operations {

/// A view of the members that the three requests share; it must not outlive the request.
struct ConverseInput {
  const std::vector<api::runtime::Message>* messages = nullptr;
  const std::vector<api::runtime::SystemContentBlock>* system = nullptr;
  const api::runtime::InferenceConfiguration* inference_config = nullptr;
  const boost::json::value* additional_fields = nullptr;
  const api::runtime::ToolConfiguration* tool_config = nullptr;
  const api::runtime::OutputConfig* output_config = nullptr;
  bool stream = false;
};

/// Refuses the parts of Converse that are not built yet, each by its name (501).
template <class Request>
void refuse_unbuilt_converse_parts(const Request& request) {
  if (request.guardrailConfig) throw errors::not_implemented("Converse with guardrailConfig");
  if (request.promptVariables && !request.promptVariables->empty()) {
    throw errors::not_implemented("Converse with promptVariables");
  }
}

template <class Optional>
auto pointer_to(const Optional& optional) -> decltype(&*optional) {
  return optional ? &*optional : nullptr;
}

template <class Request>
ConverseInput converse_input(const Request& request) {
  ConverseInput input;
  input.messages = pointer_to(request.messages);
  input.system = pointer_to(request.system);
  input.additional_fields = pointer_to(request.additionalModelRequestFields);
  input.tool_config = pointer_to(request.toolConfig);
  if constexpr (requires { request.outputConfig; }) {
    input.output_config = pointer_to(request.outputConfig);
  }
  if constexpr (requires { request.inferenceConfig; }) {
    input.inference_config = pointer_to(request.inferenceConfig);
  }
  return input;
}

/// Applies Bedrock's own checks, in its words, and builds the generation. Throws ApiError.
inference::GenerationRequest read_converse(const ConverseInput& input,
                                           const inference::CatalogueModel& model,
                                           const inference::Family& family);

}  // namespace bedplate::operations
