// Amazon Nova's own body, schema "messages-v1". Facts: recorded traffic (the text, cache and tool
// cassettes of openllmetry and opentelemetry-python-contrib); Amazon Nova's guide, pages
// complete-request-schema and (Nova 2) request-response-schema and extended-thinking.
//
// Decided here: Nova 2 shows its reasoning as "[REDACTED]"; ours is shown as it is. A tool's input
// that broke off in mid-word, for max_tokens, is given as {} in a whole reply; a stream gives as
// much as there was.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"
#include "inference/families/nova_blocks.hpp"
#include "inference/families/tool_schema.hpp"
#include "inference/families/tool_turns.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 1'000'000;
constexpr std::int64_t kTopKMax = 128;
constexpr std::size_t kStopSequencesMax = 4;

const char* stop_reason_name(StopReason reason) {
  switch (reason) {
    case StopReason::kEndTurn:
      return "end_turn";
    case StopReason::kStopSequence:
      return "stop_sequence";
    case StopReason::kToolUse:
      return "tool_use";
    case StopReason::kMaxTokens:
    case StopReason::kContextWindowExceeded:
      return "max_tokens";
  }
  return "end_turn";
}

json::object usage_json(const Usage& usage) {
  return {{"inputTokens", usage.input_tokens},
          {"outputTokens", usage.output_tokens},
          {"totalTokens", usage.input_tokens + usage.output_tokens},
          {"cacheReadInputTokenCount", usage.cache_read_input_tokens},
          {"cacheWriteInputTokenCount", usage.cache_write_input_tokens}};
}

Message read_message(const json::value& value, const std::string& pointer,
                     const CatalogueModel& model, BodyViolations& violations) {
  Message message;
  const json::object* object = expect_object(value, pointer, violations);
  if (object == nullptr) return message;
  BodyReader reader(*object, pointer, violations);
  reader.require("role");
  reader.require("content");
  const std::string role = reader.string("role").value_or("user");
  if (role != "user" && role != "assistant") {
    violations.add(reader.pointer_to("role"), fmt::format("{} is not a valid enum value", role));
  }
  message.role = role == "assistant" ? Role::kAssistant : Role::kUser;
  if (const json::array* content = reader.array("content")) {
    if (content->empty()) {
      violations.add(reader.pointer_to("content"), "expected minimum item count: 1, found: 0");
    }
    message.content =
        read_nova_content(*content, reader.pointer_to("content"), message.role, model, violations);
  }
  reader.refuse_extraneous();
  return message;
}

/// `reasoningConfig` of Nova 2. At the effort "high" the model chooses its own sampling, and
/// refuses ours.
void read_reasoning_config(const json::object& object, const std::string& pointer,
                           ReasoningParameters& reasoning, BodyViolations& violations) {
  BodyReader config(object, pointer, violations);
  const std::string type = config.string("type").value_or("disabled");
  const auto effort = config.string("maxReasoningEffort");
  config.refuse_extraneous();
  if (type != "enabled" && type != "disabled") {
    violations.add(config.pointer_to("type"), fmt::format("{} is not a valid enum value", type));
  }
  if (effort && *effort != "low" && *effort != "medium" && *effort != "high") {
    violations.add(config.pointer_to("maxReasoningEffort"),
                   fmt::format("{} is not a valid enum value", *effort));
  }
  reasoning.enabled = type == "enabled";
  reasoning.effort = reasoning.enabled ? effort.value_or("") : "";
}

void read_inference_config(const json::object& object, GenerationRequest& request,
                           BodyViolations& violations) {
  SamplingParameters& sampling = request.sampling;
  BodyReader config(object, "#/inferenceConfig", violations);
  // Both spellings are in use: the guide's examples have max_new_tokens, the schema maxTokens.
  for (const char* key : {"max_new_tokens", "maxTokens"}) {
    if (const auto value = config.integer(key, 1, kTokensMax)) sampling.max_tokens = value;
  }
  if (const auto value = config.number("temperature", 0, 1)) sampling.temperature = value;
  for (const char* key : {"top_p", "topP"}) {
    if (const auto value = config.number(key, 0, 1)) sampling.top_p = value;
  }
  for (const char* key : {"top_k", "topK"}) {
    if (const auto value = config.integer(key, 0, kTopKMax)) sampling.top_k = value;
  }
  if (config.any("stopSequences") != nullptr) {
    sampling.stop_sequences = config.strings("stopSequences", kStopSequencesMax);
  }
  if (const json::object* reasoning = config.object("reasoningConfig")) {
    read_reasoning_config(*reasoning, config.pointer_to("reasoningConfig"), request.reasoning,
                          violations);
  }
  config.refuse_extraneous();
}

/// The guide's examples have it within inferenceConfig, and Converse's beside it.
void read_configuration(BodyReader& reader, GenerationRequest& request) {
  if (const json::object* config = reader.object("inferenceConfig")) {
    read_inference_config(*config, request, reader.violations());
  }
  if (const json::object* config = reader.object("reasoningConfig")) {
    read_reasoning_config(*config, reader.pointer_to("reasoningConfig"), request.reasoning,
                          reader.violations());
  }
}

void check_reasoning(const json::object& body, const CatalogueModel& model,
                     GenerationRequest& request) {
  if (!request.reasoning.enabled) return;
  if (!model.features.reasoning) {
    throw errors::validation(
        "This model doesn't support the reasoningConfig field. Remove reasoningConfig and try "
        "again.");
  }
  if (request.reasoning.effort != "high") return;
  const json::value* config = body.if_contains("inferenceConfig");
  if (config != nullptr && config->is_object()) {
    for (const char* key : {"temperature", "topP", "top_p", "topK", "top_k"}) {
      if (!config->get_object().contains(key)) continue;
      throw errors::validation(fmt::format(
          "{} cannot be used when maxReasoningEffort is high. Remove {} and try again.", key, key));
    }
  }
  request.sampling.temperature.reset();
  request.sampling.top_p.reset();
  request.sampling.top_k.reset();
}

void check_tool_turns(const Conversation& conversation) {
  if (conversation.tools.empty() && holds_tool_blocks(conversation.messages)) {
    throw errors::validation(
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
  }
  const auto fault = find_tool_turn_fault(conversation.messages);
  if (fault) throw converse_tool_turn_error(*fault);
}

json::object tool_use_json(const ToolUseBlock& call) {
  json::object inner{{"name", call.name}, {"toolUseId", random_uuid()}};
  inner["input"] = parsed_input(call);
  json::object block;
  block["toolUse"] = std::move(inner);
  return block;
}

json::object reasoning_json(const ReasoningBlock& thought) {
  json::object text;
  text["text"] = thought.text;
  json::object content;
  content["reasoningText"] = std::move(text);
  json::object block;
  block["reasoningContent"] = std::move(content);
  return block;
}

json::object text_json(std::string_view text) {
  json::object block;
  block["text"] = text;
  return block;
}

/// Every fragment of text is a block of its own, closed at once: Nova's native stream, not
/// Converse's. A tool call is one block, with its input in as many pieces as there are.
class NovaChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back({{"messageStart", {{"role", "assistant"}}}});
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      close(chunks);
      chunks.push_back(delta_chunk(text_json(delta->text)));
      stop(chunks);
    } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
      if (open_ != Open::kReasoning) close(chunks);
      open_ = Open::kReasoning;
      json::object delta_part;
      delta_part["reasoningContent"] = text_json(thought->text);
      chunks.push_back(delta_chunk(std::move(delta_part)));
    } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
      close(chunks);
      open_ = Open::kToolUse;
      json::object start{{"toolUse", {{"toolUseId", random_uuid()}, {"name", call->name}}}};
      json::object inner{{"start", std::move(start)}, {"contentBlockIndex", index_}};
      chunks.push_back({{"contentBlockStart", std::move(inner)}});
    } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
      json::object delta_part{{"toolUse", {{"input", input->json}}}};
      chunks.push_back(delta_chunk(std::move(delta_part)));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      close(chunks);
      render_end(*end, chunks);
    }
  }

 private:
  enum class Open { kNothing, kReasoning, kToolUse };

  json::object delta_chunk(json::object delta) const {
    json::object inner{{"delta", std::move(delta)}, {"contentBlockIndex", index_}};
    json::object chunk;
    chunk["contentBlockDelta"] = std::move(inner);
    return chunk;
  }

  void stop(std::vector<json::object>& chunks) {
    chunks.push_back({{"contentBlockStop", {{"contentBlockIndex", index_}}}});
    ++index_;
  }

  void close(std::vector<json::object>& chunks) {
    if (std::exchange(open_, Open::kNothing) != Open::kNothing) stop(chunks);
  }

  static void render_end(const GenerationEnd& end, std::vector<json::object>& chunks) {
    chunks.push_back({{"messageStop", {{"stopReason", stop_reason_name(end.reason)}}}});
    json::object usage = usage_json(end.usage);
    usage.stable_erase(usage.find("totalTokens"));
    chunks.push_back(
        {{"metadata",
          {{"usage", std::move(usage)}, {"metrics", json::object{}}, {"trace", json::object{}}}}});
  }

  std::int64_t index_ = 0;
  Open open_ = Open::kNothing;
};

class Nova final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.7;
    sampling.top_p = 0.9;
    sampling.top_k = 50;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel&, bool) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_configuration(reader, request);
    reader.refuse_extraneous();
    violations.throw_if_any();
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    json::array content;
    for (const ContentBlock& block : reply.content) {
      if (const auto* text = std::get_if<TextBlock>(&block)) {
        content.push_back(text_json(text->text));
      } else if (const auto* thought = std::get_if<ReasoningBlock>(&block)) {
        content.push_back(reasoning_json(*thought));
      } else if (const auto* call = std::get_if<ToolUseBlock>(&block)) {
        content.push_back(tool_use_json(*call));
      }
    }
    if (content.empty()) content.push_back(text_json(""));
    return {{"output", {{"message", {{"content", std::move(content)}, {"role", "assistant"}}}}},
            {"stopReason", stop_reason_name(reply.end.reason)},
            {"usage", usage_json(reply.end.usage)}};
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<NovaChunks>();
  }
};

GenerationRequest Nova::parse(const json::object& body, const CatalogueModel& model, bool) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("messages");
  reader.string("schemaVersion");
  GenerationRequest request;
  request.sampling = defaults();
  read_configuration(reader, request);
  Conversation conversation;
  if (const json::object* tools = reader.object("toolConfig")) {
    read_nova_tools(*tools, reader.pointer_to("toolConfig"), conversation, violations);
  }
  if (const json::array* system = reader.array("system")) {
    conversation.system = read_nova_system(*system, reader.pointer_to("system"), violations);
  }
  if (const json::array* messages = reader.array("messages")) {
    if (messages->empty()) {
      violations.add("#/messages", "expected minimum item count: 1, found: 0");
    }
    for (std::size_t i = 0; i < messages->size(); ++i) {
      conversation.messages.push_back(
          read_message((*messages)[i], fmt::format("#/messages/{}", i), model, violations));
    }
  }
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (conversation.messages.front().role != Role::kUser) {
    throw errors::validation(
        "A conversation must start with a user message. Try again with a conversation that starts "
        "with a user message.");
  }
  check_reasoning(body, model, request);
  check_tool_turns(conversation);
  request.prompt = std::move(conversation);
  return request;
}

}  // namespace

const Family& nova() {
  static const Nova family;
  return family;
}

}  // namespace bedplate::inference
