#include "inference/engines/messages_body.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "inference/engine.hpp"
#include "inference/engines/upstream_body.hpp"
#include "inference/reasoning_signer.hpp"

namespace bedplate::inference {
namespace {

namespace json = boost::json;

/// The API wants a bound; Bedrock's callers need not give one.
constexpr std::int64_t kMaxTokensByDefault = 4'096;
json::object text_json(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

json::object image_json(const ImageBlock& image) {
  json::object source{{"type", "base64"},
                      {"media_type", "image/" + image.format},
                      {"data", base64_encode(image.bytes)}};
  return {{"type", "image"}, {"source", std::move(source)}};
}

/// Documents have become text before they reach an engine.
json::object document_json(const DocumentBlock& document) {
  json::object source;
  if (document.parts.size() == 1) {
    source = {{"type", "text"}, {"media_type", "text/plain"}, {"data", document.parts.front()}};
  } else {
    json::array parts;
    for (const std::string& part : document.parts) parts.push_back(text_json(part));
    source = {{"type", "content"}, {"content", std::move(parts)}};
  }
  json::object out{{"type", "document"}, {"source", std::move(source)}};
  if (!document.name.empty()) out["title"] = document.name;
  if (!document.context.empty()) out["context"] = document.context;
  return out;
}

json::object result_json(const ToolResultBlock& result) {
  json::array content;
  for (const ToolResultContent& part : result.content) {
    if (const auto* text = std::get_if<TextBlock>(&part)) content.push_back(text_json(text->text));
    if (const auto* image = std::get_if<ImageBlock>(&part)) content.push_back(image_json(*image));
    if (const auto* document = std::get_if<DocumentBlock>(&part)) {
      content.push_back(document_json(*document));
    }
  }
  json::object out{{"type", "tool_result"}, {"tool_use_id", result.tool_use_id}};
  out["content"] = std::move(content);
  if (result.is_error) out["is_error"] = true;
  return out;
}

json::object cache_control(const CachePoint& point) {
  return {{"type", "ephemeral"}, {"ttl", point.time_to_live >= kOneHour ? "1h" : "5m"}};
}

void add_block(json::array& content, const ContentBlock& block) {
  if (const auto* text = std::get_if<TextBlock>(&block)) {
    // Converse takes blank space behind a document, this API nowhere.
    if (content.empty() || !is_blank(text->text)) content.push_back(text_json(text->text));
  } else if (const auto* image = std::get_if<ImageBlock>(&block)) {
    content.push_back(image_json(*image));
  } else if (const auto* document = std::get_if<DocumentBlock>(&block)) {
    content.push_back(document_json(*document));
  } else if (const auto* result = std::get_if<ToolResultBlock>(&block)) {
    content.push_back(result_json(*result));
  } else if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
    json::object out{{"type", "tool_use"}, {"id", call->id}, {"name", call->name}};
    out["input"] = input_of(*call);
    content.push_back(std::move(out));
  } else if (const auto* thought = std::get_if<ReasoningBlock>(&block)) {
    const std::string_view signature = engine_signature_in(thought->signature);
    if (signature.empty()) return;  // another engine's, which the API would refuse
    content.push_back(
        {{"type", "thinking"}, {"thinking", thought->text}, {"signature", signature}});
  } else if (const auto* point = std::get_if<CachePoint>(&block)) {
    if (content.empty()) throw no_place_for("A cache point has no block before it.");
    content.back().as_object()["cache_control"] = cache_control(*point);
  }
}

json::array content_json(const std::vector<ContentBlock>& blocks) {
  json::array content;
  for (const ContentBlock& block : blocks) add_block(content, block);
  return content;
}

json::array tools_json(const Conversation& conversation) {
  json::array tools;
  for (const Tool& tool : conversation.tools) {
    json::object out{{"name", tool.name}};
    if (!tool.description.empty()) out["description"] = tool.description;
    out["input_schema"] = json_of(tool.input_schema, fmt::format("The schema of {}", tool.name));
    tools.push_back(std::move(out));
  }
  if (conversation.cache_tools && !tools.empty()) {
    tools.back().as_object()["cache_control"] = cache_control(conversation.tools_point);
  }
  return tools;
}

json::object tool_choice_json(const ToolChoice& choice) {
  json::object out;
  switch (choice.kind) {
    case ToolChoice::Kind::kNone:
      return {{"type", "none"}};
    case ToolChoice::Kind::kAuto:
      out["type"] = "auto";
      break;
    case ToolChoice::Kind::kAny:
      out["type"] = "any";
      break;
    case ToolChoice::Kind::kTool:
      out["type"] = "tool";
      out["name"] = choice.name;
      break;
  }
  if (!choice.parallel) out["disable_parallel_tool_use"] = true;
  return out;
}

void add_reasoning(json::object& body, const GenerationRequest& request) {
  const ReasoningParameters& reasoning = request.reasoning;
  if (reasoning.enabled && reasoning.budget_tokens) {
    body["thinking"] =
        json::object{{"type", "enabled"}, {"budget_tokens", *reasoning.budget_tokens}};
  } else if (reasoning.enabled) {
    body["thinking"] = json::object{{"type", "adaptive"}};
  }
  json::object output;
  if (!reasoning.effort.empty()) output["effort"] = reasoning.effort;
  if (!request.output_schema.empty()) {
    json::object format{{"type", "json_schema"}};
    format["schema"] = json_of(request.output_schema, "The reply's schema");
    output["format"] = std::move(format);
  }
  if (!output.empty()) body["output_config"] = std::move(output);
}

/// What makes the prompt: the same for generating and for counting.
json::object prompt_members(const GenerationRequest& request, const std::string& model) {
  const auto& conversation = conversation_in(request);
  json::object body{{"model", model}};
  json::array messages;
  for (const Message& message : conversation.messages) {
    json::object out{{"role", message.role == Role::kUser ? "user" : "assistant"}};
    out["content"] = content_json(message.content);
    messages.push_back(std::move(out));
  }
  body["messages"] = std::move(messages);
  json::array system = content_json(conversation.system);
  if (!system.empty()) body["system"] = std::move(system);
  if (!conversation.tools.empty()) {
    body["tools"] = tools_json(conversation);
    body["tool_choice"] = tool_choice_json(conversation.tool_choice);
  }
  add_reasoning(body, request);
  return body;
}

void add_sampling(json::object& body, const GenerationRequest& request) {
  const SamplingParameters& sampling = request.sampling;
  const auto refuse = [](bool set, std::string_view what) {
    if (set)
      throw no_place_for(fmt::format("The engine that serves this model takes no {}.", what));
  };
  refuse(sampling.seed.has_value(), "seed");
  refuse(sampling.frequency_penalty.value_or(0) != 0, "frequency penalty");
  refuse(sampling.presence_penalty.value_or(0) != 0, "presence penalty");
  // The budget of thinking is part of it.
  const std::int64_t budget = request.reasoning.budget_tokens.value_or(0);
  body["max_tokens"] = sampling.max_tokens.value_or(kMaxTokensByDefault + budget);
  if (sampling.temperature && *sampling.temperature != kClaudesTemperature) {
    body["temperature"] = *sampling.temperature;
  }
  if (sampling.top_p && *sampling.top_p < kClaudesTopP) body["top_p"] = *sampling.top_p;
  if (sampling.top_k) body["top_k"] = *sampling.top_k;
  json::array stop;
  for (const std::string& sequence : sampling.stop_sequences) stop.emplace_back(sequence);
  if (!stop.empty()) body["stop_sequences"] = std::move(stop);
}

}  // namespace

std::string messages_body(const GenerationRequest& request, const std::string& model) {
  refuse_probabilities(request);
  json::object body = prompt_members(request, model);
  add_sampling(body, request);
  body["stream"] = true;
  return json::serialize(body);
}

std::string counting_body(const GenerationRequest& request, const std::string& model) {
  return json::serialize(prompt_members(request, model));
}

}  // namespace bedplate::inference
