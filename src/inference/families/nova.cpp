// Amazon Nova's own body, schema "messages-v1". Facts: recorded traffic.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

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

std::optional<TextBlock> read_block(const json::value& value, const std::string& pointer,
                                    BodyViolations& violations) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONObject, found: {}", json_type_name(value)));
    return std::nullopt;
  }
  for (const char* key : {"image", "video", "document", "toolUse", "toolResult", "audio"}) {
    if (object->contains(key)) {
      throw errors::not_implemented(fmt::format("{} blocks in Amazon Nova bodies", key));
    }
  }
  BodyReader block(*object, pointer, violations);
  // Below the model's minimum a cache point has no effect on AWS either.
  if (block.any("cachePoint") != nullptr) return std::nullopt;
  block.require("text");
  const auto text = block.string("text");
  block.refuse_extraneous();
  if (!text) return std::nullopt;
  return TextBlock{*text};
}

Message read_message(const json::value& value, const std::string& pointer,
                     BodyViolations& violations) {
  Message message;
  const json::object* object = value.if_object();
  if (object == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONObject, found: {}", json_type_name(value)));
    return message;
  }
  BodyReader reader(*object, pointer, violations);
  reader.require("role");
  reader.require("content");
  const std::string role = reader.string("role").value_or("user");
  if (role != "user" && role != "assistant") {
    violations.add(reader.pointer_to("role"), fmt::format("{} is not a valid enum value", role));
  }
  message.role = role == "assistant" ? Role::kAssistant : Role::kUser;
  if (const json::array* content = reader.array("content")) {
    for (std::size_t i = 0; i < content->size(); ++i) {
      auto block = read_block((*content)[i], fmt::format("{}/content/{}", pointer, i), violations);
      if (block) message.content.emplace_back(std::move(*block));
    }
  }
  reader.refuse_extraneous();
  return message;
}

void read_inference_config(const json::object& object, SamplingParameters& sampling,
                           BodyViolations& violations) {
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
  config.refuse_extraneous();
}

/// Every fragment is a block of its own, closed at once: Nova's native stream, not Converse's.
class NovaChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back({{"messageStart", {{"role", "assistant"}}}});
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back({{"contentBlockDelta",
                         {{"delta", {{"text", delta->text}}}, {"contentBlockIndex", index_}}}});
      chunks.push_back({{"contentBlockStop", {{"contentBlockIndex", index_}}}});
      ++index_;
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      chunks.push_back({{"messageStop", {{"stopReason", stop_reason_name(end->reason)}}}});
      json::object usage = usage_json(end->usage);
      usage.stable_erase(usage.find("totalTokens"));
      chunks.push_back({{"metadata",
                         {{"usage", std::move(usage)},
                          {"metrics", json::object{}},
                          {"trace", json::object{}}}}});
    }
  }

 private:
  std::int64_t index_ = 0;
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
    if (const json::object* config = reader.object("inferenceConfig")) {
      read_inference_config(*config, request.sampling, violations);
    }
    reader.refuse_extraneous();
    violations.throw_if_any();
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    json::object block;
    block["text"] = reply.text();
    json::array content;
    content.push_back(std::move(block));
    return {{"output", {{"message", {{"content", std::move(content)}, {"role", "assistant"}}}}},
            {"stopReason", stop_reason_name(reply.end.reason)},
            {"usage", usage_json(reply.end.usage)}};
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<NovaChunks>();
  }
};

GenerationRequest Nova::parse(const json::object& body, const CatalogueModel&, bool) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("messages");
  reader.string("schemaVersion");
  if (reader.any("toolConfig") != nullptr) {
    throw errors::not_implemented("'toolConfig' in Amazon Nova bodies");
  }
  GenerationRequest request;
  request.sampling = defaults();
  if (const json::object* config = reader.object("inferenceConfig")) {
    read_inference_config(*config, request.sampling, violations);
  }
  Conversation conversation;
  if (const json::array* system = reader.array("system")) {
    for (std::size_t i = 0; i < system->size(); ++i) {
      auto block = read_block((*system)[i], fmt::format("#/system/{}", i), violations);
      if (block) conversation.system.emplace_back(std::move(*block));
    }
  }
  if (const json::array* messages = reader.array("messages")) {
    if (messages->empty()) {
      violations.add("#/messages", "expected minimum item count: 1, found: 0");
    }
    for (std::size_t i = 0; i < messages->size(); ++i) {
      conversation.messages.push_back(
          read_message((*messages)[i], fmt::format("#/messages/{}", i), violations));
    }
  }
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (conversation.messages.front().role != Role::kUser) {
    throw errors::validation(
        "A conversation must start with a user message. Try again with a conversation that starts "
        "with a user message.");
  }
  request.prompt = std::move(conversation);
  return request;
}

}  // namespace

const Family& nova() {
  static const Nova family;
  return family;
}

}  // namespace bedplate::inference
