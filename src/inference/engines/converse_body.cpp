#include "inference/engines/converse_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "inference/engine.hpp"
#include "inference/engines/converse_documents.hpp"
#include "inference/engines/converse_fields.hpp"
#include "inference/engines/upstream_body.hpp"
#include "inference/reasoning_signer.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// A union: an object of one member.
json::object only(std::string_view name, json::value value) {
  json::object out;
  out[name] = std::move(value);
  return out;
}

json::object image_json(const ImageBlock& image) {
  json::object out;
  out["format"] = image.format;
  out["source"] = only("bytes", json::value(base64_encode(image.bytes)));
  return only("image", std::move(out));
}

/// Five minutes are what a cache point without a time means, which not every model may be given.
json::object cache_point_json(const CachePoint& point) {
  json::object out;
  out["type"] = "default";
  if (point.time_to_live >= kOneHour) out["ttl"] = "1h";
  return only("cachePoint", std::move(out));
}

json::object call_json(const ToolUseBlock& call) {
  json::object out;
  out["toolUseId"] = call.id;
  out["name"] = call.name;
  out["input"] = input_of(call);
  return only("toolUse", std::move(out));
}

/// Writes the blocks of one request.
class BlockWriter {
 public:
  json::array write(const std::vector<ContentBlock>& blocks) {
    json::array content;
    for (const ContentBlock& block : blocks) add(content, block);
    return content;
  }

 private:
  void add(json::array& content, const ContentBlock& block) {
    if (const auto* text = std::get_if<TextBlock>(&block)) {
      content.push_back(only("text", json::value(text->text)));
    } else if (const auto* image = std::get_if<ImageBlock>(&block)) {
      content.push_back(image_json(*image));
    } else if (const auto* document = std::get_if<DocumentBlock>(&block)) {
      content.push_back(only("document", documents_.write(*document)));
    } else if (const auto* result = std::get_if<ToolResultBlock>(&block)) {
      content.push_back(result_json(*result));
    } else if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
      content.push_back(call_json(*call));
    } else if (const auto* thought = std::get_if<ReasoningBlock>(&block)) {
      add_thinking(content, *thought);
    } else if (const auto* point = std::get_if<CachePoint>(&block)) {
      content.push_back(cache_point_json(*point));
    }
  }

  /// Thinking that another engine has signed means nothing to this one, which would refuse it.
  static void add_thinking(json::array& content, const ReasoningBlock& thought) {
    const std::string_view signature = engine_signature_in(thought.signature);
    if (signature.empty() && !thought.signature.empty()) return;
    json::object text;
    text["text"] = thought.text;
    if (!signature.empty()) text["signature"] = signature;
    content.push_back(only("reasoningContent", only("reasoningText", std::move(text))));
  }

  json::object result_json(const ToolResultBlock& result) {
    json::array content;
    for (const ToolResultContent& part : result.content) {
      if (const auto* text = std::get_if<TextBlock>(&part)) {
        content.push_back(only("text", json::value(text->text)));
      } else if (const auto* image = std::get_if<ImageBlock>(&part)) {
        content.push_back(image_json(*image));
      } else if (const auto* document = std::get_if<DocumentBlock>(&part)) {
        content.push_back(only("document", documents_.write(*document)));
      }
    }
    json::object out;
    out["toolUseId"] = result.tool_use_id;
    out["content"] = std::move(content);
    if (result.is_error) out["status"] = "error";  // not every model takes the member
    return only("toolResult", std::move(out));
  }

  ConverseDocuments documents_;
};

json::object tool_json(const Tool& tool) {
  json::object out;
  out["name"] = tool.name;
  if (!tool.description.empty()) out["description"] = tool.description;
  out["inputSchema"] =
      only("json", json_of(tool.input_schema, fmt::format("The schema of {}", tool.name)));
  return only("toolSpec", std::move(out));
}

bool shows_tools(const Conversation& conversation) {
  const auto is_tool_block = [](const ContentBlock& block) {
    return std::holds_alternative<ToolUseBlock>(block) ||
           std::holds_alternative<ToolResultBlock>(block);
  };
  return std::any_of(
      conversation.messages.begin(), conversation.messages.end(), [&](const Message& message) {
        return std::any_of(message.content.begin(), message.content.end(), is_tool_block);
      });
}

void add_tools(json::object& body, const Conversation& conversation) {
  if (conversation.tools.empty()) return;
  const ToolChoice& choice = conversation.tool_choice;
  if (choice.kind == ToolChoice::Kind::kNone) {
    if (!shows_tools(conversation)) return;
    throw no_place_for(
        "The engine that serves this model cannot forbid tools in a conversation that shows them.");
  }
  json::array tools;
  for (const Tool& tool : conversation.tools) tools.push_back(tool_json(tool));
  if (conversation.cache_tools) tools.push_back(cache_point_json(conversation.tools_point));
  json::object out;
  out["tools"] = std::move(tools);
  if (choice.kind == ToolChoice::Kind::kAny) {
    out["toolChoice"] = only("any", json::object());
  } else if (choice.kind == ToolChoice::Kind::kTool) {
    out["toolChoice"] = only("tool", only("name", json::value(choice.name)));
  }
  body["toolConfig"] = std::move(out);
}

/// What makes the prompt: the same for generating and for counting.
json::object prompt_members(const GenerationRequest& request, ModelProvider provider) {
  const auto& conversation = conversation_in(request);
  json::object body;
  BlockWriter blocks;
  json::array messages;
  for (const Message& message : conversation.messages) {
    json::object out;
    out["role"] = message.role == Role::kUser ? "user" : "assistant";
    out["content"] = blocks.write(message.content);
    messages.push_back(std::move(out));
  }
  body["messages"] = std::move(messages);
  json::array system = blocks.write(conversation.system);
  if (!system.empty()) body["system"] = std::move(system);
  add_tools(body, conversation);
  json::object fields = converse_fields(request, provider);
  if (!fields.empty()) body["additionalModelRequestFields"] = std::move(fields);
  return body;
}

void add_sampling(json::object& body, const SamplingParameters& sampling, ModelProvider provider) {
  const bool claude = provider == ModelProvider::kAnthropic;
  json::object config;
  if (sampling.max_tokens) config["maxTokens"] = *sampling.max_tokens;
  if (sampling.temperature && !(claude && *sampling.temperature == kClaudesTemperature)) {
    config["temperature"] = *sampling.temperature;
  }
  if (sampling.top_p && !(claude && *sampling.top_p >= kClaudesTopP)) {
    config["topP"] = *sampling.top_p;
  }
  if (!sampling.stop_sequences.empty()) {
    config["stopSequences"] =
        json::array(sampling.stop_sequences.begin(), sampling.stop_sequences.end());
    // Ignored where a model does not tell.
    json::array paths;
    paths.emplace_back("/stop_sequence");
    body["additionalModelResponseFieldPaths"] = std::move(paths);
  }
  if (!config.empty()) body["inferenceConfig"] = std::move(config);
}

void add_output(json::object& body, const GenerationRequest& request, ModelProvider provider) {
  json::object config;
  if (!request.output_schema.empty()) {
    json::object format;
    format["type"] = "json_schema";
    format["structure"] = only("jsonSchema", only("schema", json::value(request.output_schema)));
    config["textFormat"] = std::move(format);
  }
  if (!request.reasoning.effort.empty() && takes_effort_in_converse(provider)) {
    config["effort"] = request.reasoning.effort;
  }
  if (!config.empty()) body["outputConfig"] = std::move(config);
}

}  // namespace

std::string converse_body(const GenerationRequest& request, const std::string& model) {
  refuse_probabilities(request);
  const ModelProvider provider = provider_of(model, request.model_id);
  json::object body = prompt_members(request, provider);
  add_sampling(body, request.sampling, provider);
  add_output(body, request, provider);
  return json::serialize(body);
}

std::string converse_counting_body(const GenerationRequest& request, const std::string& model) {
  json::object converse = prompt_members(request, provider_of(model, request.model_id));
  return json::serialize(only("input", only("converse", std::move(converse))));
}

}  // namespace bedplate::inference
