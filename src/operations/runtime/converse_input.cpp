#include "operations/runtime/converse_input.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace bedplate::operations {
namespace {
namespace json = boost::json;
using api::runtime::ContentBlock;
using inference::CatalogueModel;
using inference::Conversation;
using inference::Role;
using inference::TextBlock;

constexpr std::string_view kAnthropic = "anthropic-messages";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

ApiError model_refusal(std::string_view text) {
  return errors::validation(std::string(inference::kModelErrorPrefix) + std::string(text));
}

void check_cache_point(const CatalogueModel& model) {
  if (model.features.prompt_caching) return;  // a short prefix has no effect on AWS either
  throw errors::access_denied(
      "You invoked an unsupported model or your request did not allow prompt caching. See the "
      "documentation for more information.");
}

/// A blank text: Claude's own words, or Bedrock's for the others.
ApiError blank_text(const CatalogueModel& model, const std::string& text, std::size_t message,
                    std::size_t block) {
  if (model.family == kAnthropic) {
    return model_refusal(text.empty() ? "messages: text content blocks must be non-empty"
                                      : "messages: text content blocks must contain "
                                        "non-whitespace text");
  }
  return errors::validation(fmt::format(
      "The text field in the ContentBlock object at messages.{}.content.{} is blank. Add text to "
      "the text field, and try again.",
      message, block));
}

/// Which member of the union is set, for the message that refuses it.
const char* unbuilt_member(const ContentBlock& block) {
  if (block.image) return "image";
  if (block.document) return "document";
  if (block.video) return "video";
  if (block.audio) return "audio";
  if (block.toolUse) return "toolUse";
  if (block.toolResult) return "toolResult";
  if (block.guardContent) return "guardContent";
  if (block.reasoningContent) return "reasoningContent";
  if (block.citationsContent) return "citationsContent";
  if (block.searchResult) return "searchResult";
  return nullptr;
}

inference::Message read_message(const api::runtime::Message& message, std::size_t index,
                                const CatalogueModel& model) {
  inference::Message out;
  out.role = message.role == "assistant" ? Role::kAssistant : Role::kUser;
  for (std::size_t i = 0; i < message.content.size(); ++i) {
    const ContentBlock& block = message.content[i];
    if (block.text) {
      if (is_blank(*block.text)) throw blank_text(model, *block.text, index, i);
      out.content.emplace_back(TextBlock{*block.text});
    } else if (block.cachePoint) {
      check_cache_point(model);
    } else if (const char* member = unbuilt_member(block)) {
      throw errors::not_implemented(fmt::format("Converse with {} blocks", member));
    } else {
      throw errors::validation(fmt::format(
          "The content block at messages.{}.content.{} is empty or not known. Set one of its "
          "members and try again.",
          index, i));
    }
  }
  if (out.content.empty()) {
    throw errors::validation(fmt::format(
        "The content field in the Message object at messages.{} is empty. Add a ContentBlock "
        "object to the content field and try again.",
        index));
  }
  return out;
}

std::vector<inference::ContentBlock> read_system(const ConverseInput& input, const CatalogueModel& model) {
  std::vector<inference::ContentBlock> blocks;
  if (input.system == nullptr || input.system->empty()) return blocks;
  if (!model.features.system_prompts) {
    throw errors::validation(
        "This model doesn't support system messages. Try again without a system message or use a "
        "model that supports system messages.");
  }
  for (std::size_t i = 0; i < input.system->size(); ++i) {
    const auto& block = (*input.system)[i];
    if (block.text) {
      if (is_blank(*block.text)) {
        throw errors::validation(fmt::format(
            "The text field in the SystemContentBlock object at system.{} is blank. Add text to "
            "the text field, and try again.",
            i));
      }
      blocks.emplace_back(TextBlock{*block.text});
    } else if (block.cachePoint) {
      check_cache_point(model);
    } else if (block.guardContent) {
      throw errors::not_implemented("Converse with guardContent blocks");
    }
  }
  return blocks;
}

/// Turns of the same role that follow each other are one turn: current models accept them. What
/// the role `system` says between the turns joins the system prompt.
std::vector<inference::Message> read_messages(const ConverseInput& input,
                                              const CatalogueModel& model,
                                              std::vector<inference::ContentBlock>& system) {
  std::vector<inference::Message> messages;
  if (input.messages != nullptr) {
    for (std::size_t i = 0; i < input.messages->size(); ++i) {
      inference::Message message = read_message((*input.messages)[i], i, model);
      if ((*input.messages)[i].role == "system") {
        for (inference::ContentBlock& block : message.content) {
          system.push_back(std::move(block));
        }
        continue;
      }
      if (!messages.empty() && messages.back().role == message.role) {
        std::move(message.content.begin(), message.content.end(),
                  std::back_inserter(messages.back().content));
      } else {
        messages.push_back(std::move(message));
      }
    }
  }
  if (messages.empty() || messages.front().role != Role::kUser) {
    throw errors::validation(
        "A conversation must start with a user message. Try again with a conversation that starts "
        "with a user message.");
  }
  return messages;
}

void check_prefill(const std::vector<inference::Message>& messages, const CatalogueModel& model) {
  if (messages.back().role != Role::kAssistant || model.family != kAnthropic) return;
  const std::string& text = std::get<TextBlock>(messages.back().content.back()).text;
  if (is_blank(std::string_view(text).substr(text.size() - 1))) {
    throw model_refusal("messages: final assistant content cannot end with trailing whitespace");
  }
}

/// The number that the client wrote: the model has floats, and 0.9F as a double is 0.8999999761….
double as_written(float value) {
  return std::strtod(fmt::format("{}", value).c_str(), nullptr);
}

void read_inference_config(const ConverseInput& input, const CatalogueModel& model,
                           inference::SamplingParameters& sampling) {
  const auto* config = input.inference_config;
  if (config == nullptr) return;
  if (config->maxTokens) sampling.max_tokens = *config->maxTokens;
  if (config->temperature) sampling.temperature = as_written(*config->temperature);
  if (config->topP) sampling.top_p = as_written(*config->topP);
  if (config->stopSequences) sampling.stop_sequences = *config->stopSequences;
  if (!sampling.stop_sequences.empty() && !model.features.stop_sequences) {
    throw errors::validation(
        "This model doesn't support the stopSequences field. Remove stopSequences and try again.");
  }
  if (model.enforces_max_output() && sampling.max_tokens.value_or(0) > model.max_output_tokens) {
    throw errors::validation(fmt::format(
        "The maximum tokens you requested exceeds the model limit of {0}. Try again with a maximum "
        "tokens value that is lower than {0}.",
        model.max_output_tokens));
  }
}

void read_additional_fields(const ConverseInput& input, const inference::Family& family,
                            inference::GenerationRequest& request) {
  if (input.additional_fields == nullptr || input.additional_fields->is_null()) return;
  const json::object* fields = input.additional_fields->if_object();
  if (fields == nullptr) {
    throw errors::validation("additionalModelRequestFields must be a JSON object.");
  }
  family.read_additional_fields(*fields, request);
}

/// Puts `value` at the place that a JSON pointer names, making the objects on the way.
void place(json::object& root, std::string_view pointer, const json::value& value) {
  json::object* at = &root;
  while (true) {
    pointer.remove_prefix(1);
    const std::size_t slash = pointer.find('/');
    const std::string_view key = pointer.substr(0, slash);
    if (slash == std::string_view::npos) {
      (*at)[key] = value;
      return;
    }
    json::value& next = (*at)[key];
    if (!next.is_object()) next.emplace_object();
    at = &next.get_object();
    pointer.remove_prefix(slash);
  }
}

}  // namespace

inference::GenerationRequest read_converse(const ConverseInput& input, const CatalogueModel& model,
                                           const inference::Family& family) {
  if (!model.features.converse || !model.outputs("TEXT")) {
    throw errors::validation(
        "This action doesn't support the model that you provided. Try again with a supported text "
        "or chat model.");
  }
  Conversation conversation;
  conversation.system = read_system(input, model);
  conversation.messages = read_messages(input, model, conversation.system);
  if (input.has_tool_config) {
    if (!model.features.tool_use) throw errors::validation("This model doesn't support tool use.");
    throw errors::not_implemented("Converse with toolConfig");
  }
  check_prefill(conversation.messages, model);

  inference::GenerationRequest request;
  request.sampling = family.defaults();
  read_inference_config(input, model, request.sampling);
  read_additional_fields(input, family, request);
  for (const std::string& stop : request.sampling.stop_sequences) {
    if (stop.empty()) throw model_refusal("stop_sequences: each stop sequence must have a text");
  }
  request.prompt = std::move(conversation);
  return request;
}

const char* converse_stop_reason(inference::StopReason reason) {
  switch (reason) {
    case inference::StopReason::kEndTurn:
      return "end_turn";
    case inference::StopReason::kMaxTokens:
      return "max_tokens";
    case inference::StopReason::kStopSequence:
      return "stop_sequence";
    case inference::StopReason::kToolUse:
      return "tool_use";
    case inference::StopReason::kContextWindowExceeded:
      return "model_context_window_exceeded";
  }
  return "end_turn";
}

api::runtime::TokenUsage converse_usage(const inference::Usage& usage, const CatalogueModel& model,
                                        bool streaming) {
  api::runtime::TokenUsage out;
  out.inputTokens = static_cast<std::int32_t>(usage.input_tokens);
  out.outputTokens = static_cast<std::int32_t>(usage.output_tokens);
  out.totalTokens = out.inputTokens + out.outputTokens;
  const bool used = usage.cache_read_input_tokens > 0 || usage.cache_write_input_tokens > 0;
  // Recorded: without cache use, streams leave these out and whole replies say 0.
  if (used || (model.features.prompt_caching && !streaming)) {
    out.cacheReadInputTokens = static_cast<std::int32_t>(usage.cache_read_input_tokens);
    out.cacheWriteInputTokens = static_cast<std::int32_t>(usage.cache_write_input_tokens);
    // AWS sends each count under both names.
    out.cacheReadInputTokenCount = out.cacheReadInputTokens;
    out.cacheWriteInputTokenCount = out.cacheWriteInputTokens;
  }
  return out;
}

std::optional<json::value> pick_response_fields(const std::vector<std::string>& paths,
                                                const std::vector<json::object>& natives) {
  json::object picked;
  for (const std::string& path : paths) {
    if (!path.starts_with('/')) {
      throw errors::validation(
          "The additionalModelResponseFieldPaths field takes JSON pointers that start with '/'.");
    }
    for (const json::object& native : natives) {
      const json::value document = native;
      json::error_code absent;
      if (const json::value* found = document.find_pointer(path, absent)) {
        place(picked, path, *found);
        break;
      }
    }
  }
  if (picked.empty()) return std::nullopt;
  return json::value(std::move(picked));
}

}  // namespace bedplate::operations
