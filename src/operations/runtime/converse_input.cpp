#include "operations/runtime/converse_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.hpp"
#include "operations/model_errors.hpp"
#include "operations/runtime/converse_blocks.hpp"
#include "operations/runtime/converse_tools.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;
using inference::CatalogueModel;
using inference::Conversation;
using inference::Role;
using inference::TextBlock;

constexpr std::string_view kAnthropic = "anthropic-messages";

inference::Message read_message(const api::runtime::Message& message, std::size_t index,
                                const CatalogueModel& model) {
  inference::Message out;
  out.role = message.role == "assistant" ? Role::kAssistant : Role::kUser;
  for (std::size_t i = 0; i < message.content.size(); ++i) {
    out.content.push_back(read_content_block(message, index, i, out.role, model));
  }
  const bool any = std::any_of(out.content.begin(), out.content.end(), [](const auto& block) {
    return !std::holds_alternative<inference::CachePoint>(block);
  });
  if (!any) {
    throw errors::validation(fmt::format(
        "The content field in the Message object at messages.{} is empty. Add a ContentBlock "
        "object to the content field and try again.",
        index));
  }
  return out;
}

std::vector<inference::ContentBlock> read_system(const ConverseInput& input,
                                                 const CatalogueModel& model) {
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
      blocks.emplace_back(read_cache_point(*block.cachePoint, model));
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
  // Recorded with Claude Sonnet 4.5: it takes a conversation that the assistant begins.
  if (messages.empty() || (messages.front().role != Role::kUser && model.family != kAnthropic)) {
    throw errors::validation(
        "A conversation must start with a user message. Try again with a conversation that starts "
        "with a user message.");
  }
  return messages;
}

void check_prefill(const std::vector<inference::Message>& messages, const CatalogueModel& model) {
  if (messages.back().role != Role::kAssistant || model.family != kAnthropic) return;
  const auto* last = std::get_if<TextBlock>(&messages.back().content.back());
  if (last && is_blank(std::string_view(last->text).substr(last->text.size() - 1))) {
    throw model_refusal("messages: final assistant content cannot end with trailing whitespace");
  }
}

/// Across the whole request, results of tools included.
void check_document_names(const std::vector<inference::Message>& messages) {
  std::set<std::string_view> names;
  const auto check = [&names](const inference::DocumentBlock& document) {
    if (names.insert(document.name).second) return;
    throw errors::validation(
        "Messages can't contain duplicate document names. Rename the document and retry your "
        "request.");
  };
  for (const inference::Message& message : messages) {
    for (const auto& block : message.content) {
      if (const auto* document = std::get_if<inference::DocumentBlock>(&block)) check(*document);
      const auto* result = std::get_if<inference::ToolResultBlock>(&block);
      if (result == nullptr) continue;
      for (const auto& part : result->content) {
        if (const auto* document = std::get_if<inference::DocumentBlock>(&part)) check(*document);
      }
    }
  }
}

void read_output_config(const ConverseInput& input, inference::GenerationRequest& request) {
  if (input.output_config == nullptr) return;
  request.reasoning.effort = input.output_config->effort.value_or("");
  if (!input.output_config->textFormat) return;
  const auto& definition = input.output_config->textFormat->structure.jsonSchema;
  json::error_code malformed;
  const json::value schema =
      definition ? json::parse(definition->schema, malformed) : json::value();
  if (malformed || !schema.is_object()) {
    throw errors::validation(
        "The value at outputConfig.textFormat.structure.jsonSchema.schema must be a JSON schema: "
        "the text of a JSON object.");
  }
  request.output_schema = json::serialize(schema);
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

}  // namespace

inference::GenerationRequest read_converse(const ConverseInput& input, const CatalogueModel& model,
                                           const inference::Family& family) {
  if (!model.features.converse || !model.outputs("TEXT")) throw no_chat_model();
  Conversation conversation;
  conversation.system = read_system(input, model);
  conversation.messages = read_messages(input, model, conversation.system);
  if (input.tool_config) read_tool_config(*input.tool_config, input.stream, model, conversation);
  check_document_names(conversation.messages);
  check_prefill(conversation.messages, model);

  inference::GenerationRequest request;
  request.prompt = std::move(conversation);
  request.sampling = family.defaults_of(model);
  request.reasoning.enabled = family.reasons_unasked(model);
  family.prepare_converse(request);
  read_inference_config(input, model, request.sampling);
  read_output_config(input, request);
  read_additional_fields(input, family, request);
  for (const std::string& stop : request.sampling.stop_sequences) {
    if (stop.empty()) throw model_refusal("stop_sequences: each stop sequence must have a text");
  }
  // Tools may come by the model's own fields, too.
  const auto& complete = std::get<Conversation>(request.prompt);
  check_tool_turns(complete, input.tool_config != nullptr || !complete.tools.empty(), model);
  return request;
}

}  // namespace bedplate::operations
