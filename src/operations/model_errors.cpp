#include "operations/model_errors.hpp"

#include <fmt/format.h>

#include "inference/families/family.hpp"

namespace bedplate::operations {
namespace {

using inference::EngineError;

constexpr int kBadGateway = 502;

/// A prompt longer than the context, in the words of each provider (runtime-behaviour facts:
/// docs/errors.md).
ApiError context_overflow(const EngineError& failure, const inference::CatalogueModel& model,
                          bool in_converse) {
  std::string text = "Input is too long for requested model.";
  if (in_converse) {
    if (model.family == "anthropic-messages") {
      text = fmt::format("prompt is too long: {} tokens > {} maximum", failure.prompt_tokens,
                         failure.context_tokens);
    } else if (model.family == "nova") {
      text =
          "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the "
          "input to try again.";
    } else if (model.family == "meta-llama") {
      text = fmt::format(
          "This model's maximum context length is {} tokens. Please reduce the length of the "
          "prompt",
          failure.context_tokens);
    }
    return errors::validation(std::string(inference::kModelErrorPrefix) + text);
  }
  if (model.family == "titan-text") {
    text = fmt::format("Too many input tokens. Max input tokens: {}, request input token count: {}",
                       failure.context_tokens, failure.prompt_tokens);
  }
  return errors::validation(text);
}

}  // namespace

ApiError no_model_access() {
  return errors::access_denied("You don't have access to the model with the specified model ID.");
}

ApiError no_chat_model() {
  return errors::validation(
      "This action doesn't support the model that you provided. Try again with a supported text or "
      "chat model.");
}

ApiError model_error(const EngineError& failure, const inference::CatalogueModel& model,
                     bool in_converse, bool streaming) {
  const std::string prefix(in_converse ? inference::kModelErrorPrefix : std::string_view{});
  const int status = failure.http_status != 0 ? failure.http_status : kBadGateway;
  switch (failure.kind) {
    case EngineError::Kind::kContextOverflow:
      return context_overflow(failure, model, in_converse);
    case EngineError::Kind::kInvalidRequest:
      return errors::validation(prefix + failure.what());
    case EngineError::Kind::kBusy:
      return errors::throttling("Too many requests, please wait before trying again.");
    case EngineError::Kind::kNotReady:
      return errors::model_not_ready(failure.what());
    case EngineError::Kind::kUnavailable:
      return errors::service_unavailable(failure.what());
    case EngineError::Kind::kTimeout:
      if (!streaming) return errors::model_timeout(failure.what());
      return errors::model_stream_error(failure.what(), 408);
    case EngineError::Kind::kFailed:
      if (!streaming) return errors::model_error(failure.what(), status, model.id);
      return errors::model_stream_error(failure.what(), status);
  }
  return errors::internal_server();
}

}  // namespace bedplate::operations
