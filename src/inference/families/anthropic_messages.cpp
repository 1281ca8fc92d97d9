// Anthropic Messages, as InvokeModel carries it. Facts: AWS's guide, page
// model-parameters-anthropic-claude-messages-request-response, and recorded traffic.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::string_view kVersion = "bedrock-2023-05-31";
constexpr std::size_t kStopSequencesMax = 8191;
constexpr std::int64_t kTopKMax = 500;
constexpr std::int64_t kTokensMax = 1'000'000'000;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The model's name as Anthropic gives it: no provider prefix, no `-v1:0`.
std::string bare_model_name(std::string_view id) {
  if (const std::size_t at = id.find("anthropic."); at != std::string_view::npos) {
    id.remove_prefix(at + std::string_view("anthropic.").size());
  }
  if (const std::size_t at = id.rfind("-v"); at != std::string_view::npos) id = id.substr(0, at);
  return std::string(id);
}

const char* stop_reason_name(StopReason reason) {
  switch (reason) {
    case StopReason::kEndTurn:
      return "end_turn";
    case StopReason::kMaxTokens:
      return "max_tokens";
    case StopReason::kStopSequence:
      return "stop_sequence";
    case StopReason::kToolUse:
      return "tool_use";
    case StopReason::kContextWindowExceeded:
      return "model_context_window_exceeded";
  }
  return "end_turn";
}

/// One block of a `content` or `system` list. Only text is built yet.
TextBlock read_block(const json::value& value, const std::string& pointer,
                     BodyViolations& violations) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONObject, found: {}", json_type_name(value)));
    return {};
  }
  BodyReader block(*object, pointer, violations);
  block.require("type");
  const std::string type = block.string("type").value_or("text");
  if (type != "text") {
    throw errors::not_implemented(fmt::format("{} blocks in Anthropic Messages bodies", type));
  }
  block.require("text");
  return {block.string("text").value_or("")};
}

std::vector<TextBlock> read_text_or_blocks(const json::value& value, const std::string& pointer,
                                           BodyViolations& violations) {
  std::vector<TextBlock> blocks;
  if (const json::string* text = value.if_string()) {
    blocks.push_back({std::string(*text)});
  } else if (const json::array* list = value.if_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      blocks.push_back(read_block((*list)[i], fmt::format("{}/{}", pointer, i), violations));
    }
  } else {
    violations.add(pointer,
                   fmt::format("expected type: JSONArray, found: {}", json_type_name(value)));
  }
  return blocks;
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
  if (const json::value* content = reader.any("content")) {
    for (TextBlock& block :
         read_text_or_blocks(*content, reader.pointer_to("content"), violations)) {
      message.content.emplace_back(std::move(block));
    }
  }
  reader.refuse_extraneous();
  return message;
}

/// What Anthropic itself checks, in its words, once the body has the right shape.
void check_messages(const std::vector<Message>& messages) {
  if (messages.empty()) {
    throw errors::validation("messages: at least one message is required");
  }
  if (messages.front().role != Role::kUser) {
    throw errors::validation("messages: first message must use the \"user\" role");
  }
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool prefill = i + 1 == messages.size() && messages[i].role == Role::kAssistant;
    if (messages[i].content.empty() && !prefill) {
      throw errors::validation(fmt::format(
          "messages.{}: all messages must have non-empty content except for the optional final "
          "assistant message",
          i));
    }
    for (const ContentBlock& block : messages[i].content) {
      if (!std::holds_alternative<TextBlock>(block)) continue;
      const std::string& text = std::get<TextBlock>(block).text;
      if (text.empty() && !prefill) {
        throw errors::validation("messages: text content blocks must be non-empty");
      }
      if (is_blank(text) && !prefill) {
        throw errors::validation("messages: text content blocks must contain non-whitespace text");
      }
    }
    if (prefill && !messages[i].content.empty()) {
      const std::string& last = std::get<TextBlock>(messages[i].content.back()).text;
      if (!last.empty() && is_blank(last.substr(last.size() - 1))) {
        throw errors::validation(
            "messages: final assistant content cannot end with trailing whitespace");
      }
    }
  }
}

json::object usage_json(const Usage& usage, bool reports_caching) {
  json::object out{{"input_tokens", usage.input_tokens}};
  if (reports_caching) {
    out["cache_creation_input_tokens"] = usage.cache_write_input_tokens;
    out["cache_read_input_tokens"] = usage.cache_read_input_tokens;
  }
  out["output_tokens"] = usage.output_tokens;
  return out;
}

json::value stop_sequence_json(const GenerationEnd& end) {
  if (end.reason != StopReason::kStopSequence) return nullptr;
  return json::value(end.stop_sequence);
}

json::object message_json(const ReplyContext& context) {
  return {{"id", "msg_bdrk_01" + random_base62(22)},
          {"type", "message"},
          {"role", "assistant"},
          {"model", bare_model_name(context.model->id)},
          {"content", json::array{}},
          {"stop_reason", nullptr},
          {"stop_sequence", nullptr}};
}

class AnthropicChunks final : public ChunkRenderer {
 public:
  explicit AnthropicChunks(ReplyContext context) : context_(std::move(context)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* start = std::get_if<GenerationStart>(&event)) {
      begin(*start, chunks);
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back({{"type", "content_block_delta"},
                        {"index", 0},
                        {"delta", {{"type", "text_delta"}, {"text", delta->text}}}});
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      finish(*end, chunks);
    }
  }

 private:
  void begin(const GenerationStart& start, std::vector<json::object>& chunks) {
    input_known_ = start.input_tokens.has_value();
    json::object message = message_json(context_);
    Usage usage;
    usage.input_tokens = start.input_tokens.value_or(0);
    usage.output_tokens = 1;
    message["usage"] = usage_json(usage, context_.reports_caching);
    chunks.push_back({{"type", "message_start"}, {"message", std::move(message)}});
    chunks.push_back({{"type", "content_block_start"},
                      {"index", 0},
                      {"content_block", {{"type", "text"}, {"text", ""}}}});
  }

  void finish(const GenerationEnd& end, std::vector<json::object>& chunks) {
    chunks.push_back({{"type", "content_block_stop"}, {"index", 0}});
    json::object usage{{"output_tokens", end.usage.output_tokens}};
    if (!input_known_) usage["input_tokens"] = end.usage.input_tokens;
    chunks.push_back({{"type", "message_delta"},
                      {"delta",
                       {{"stop_reason", stop_reason_name(end.reason)},
                        {"stop_sequence", stop_sequence_json(end)}}},
                      {"usage", std::move(usage)}});
    chunks.push_back({{"type", "message_stop"}});
  }

  ReplyContext context_;
  bool input_known_ = true;
};

class AnthropicMessages final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 1.0;
    sampling.top_p = 0.999;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override;

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    json::object message = message_json(context);
    if (!reply.text().empty()) {
      message["content"] = json::array{{{"type", "text"}, {"text", reply.text()}}};
    }
    message["stop_reason"] = stop_reason_name(reply.end.reason);
    message["stop_sequence"] = stop_sequence_json(reply.end);
    message["usage"] = usage_json(reply.end.usage, context.reports_caching);
    return message;
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<AnthropicChunks>(context);
  }
};

void refuse_unbuilt(BodyReader& reader) {
  for (const char* key : {"tools", "output_config", "output_format", "context_management"}) {
    if (reader.any(key) != nullptr) {
      throw errors::not_implemented(fmt::format("'{}' in Anthropic Messages bodies", key));
    }
  }
  if (const json::object* thinking = reader.object("thinking")) {
    const json::value* type = thinking->if_contains("type");
    if (type == nullptr || *type != "disabled") {
      throw errors::not_implemented("'thinking' in Anthropic Messages bodies");
    }
  }
}

GenerationRequest AnthropicMessages::parse(const json::object& body, const CatalogueModel& model,
                                           bool) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  for (const char* key : {"anthropic_version", "max_tokens", "messages"}) reader.require(key);

  const auto version = reader.string("anthropic_version");
  if (version && *version != kVersion) {
    violations.add("#/anthropic_version", fmt::format("{} is not a valid enum value", *version));
  }
  GenerationRequest request;
  SamplingParameters& sampling = request.sampling;
  sampling = defaults();
  sampling.max_tokens = reader.integer("max_tokens", 1, kTokensMax);
  if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  sampling.top_k = reader.integer("top_k", 0, kTopKMax);
  if (sampling.top_k == 0) sampling.top_k.reset();
  sampling.stop_sequences = reader.strings("stop_sequences", kStopSequencesMax);

  Conversation conversation;
  if (const json::value* system = reader.any("system")) {
    for (TextBlock& block : read_text_or_blocks(*system, "#/system", violations)) {
      conversation.system.emplace_back(std::move(block));
    }
  }
  if (const json::array* messages = reader.array("messages")) {
    for (std::size_t i = 0; i < messages->size(); ++i) {
      conversation.messages.push_back(
          read_message((*messages)[i], fmt::format("#/messages/{}", i), violations));
    }
  }
  reader.any("anthropic_beta");
  reader.any("metadata");
  reader.any("tool_choice");
  refuse_unbuilt(reader);
  reader.refuse_extraneous();
  violations.throw_if_any();

  check_messages(conversation.messages);
  for (const std::string& stop : sampling.stop_sequences) {
    if (is_blank(stop)) {
      throw errors::validation("stop_sequences: each stop sequence must contain non-whitespace");
    }
  }
  if (model.enforces_max_output() && *sampling.max_tokens > model.max_output_tokens) {
    throw errors::validation(fmt::format(
        "max_tokens: {} > {}, which is the maximum allowed number of output tokens for {}",
        *sampling.max_tokens, model.max_output_tokens, bare_model_name(model.id)));
  }
  request.prompt = std::move(conversation);
  return request;
}

void AnthropicMessages::read_additional_fields(const json::object& fields,
                                               GenerationRequest& request) const {
  SamplingParameters& sampling = request.sampling;
  BodyViolations violations;
  BodyReader reader(fields, "#", violations);
  if (const auto value = reader.integer("top_k", 0, kTopKMax)) sampling.top_k = value;
  if (sampling.top_k == 0) sampling.top_k.reset();
  reader.any("anthropic_beta");
  refuse_unbuilt(reader);
  violations.throw_if_any();
  for (const auto& [key, value] : fields) {
    const std::string_view name = key;
    if (name == "top_k" || name == "anthropic_beta" || name == "thinking") continue;
    throw errors::validation(
        fmt::format("{}{}: Extra inputs are not permitted", kModelErrorPrefix, name));
  }
}

}  // namespace

const Family& anthropic_messages() {
  static const AnthropicMessages family;
  return family;
}

}  // namespace bedplate::inference
