// Anthropic Messages, as InvokeModel carries it. Facts: AWS's guide, page
// model-parameters-anthropic-claude-messages-request-response, and recorded traffic.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/text.hpp"
#include "inference/families/anthropic_content.hpp"
#include "inference/families/anthropic_reply.hpp"
#include "inference/families/anthropic_version.hpp"
#include "inference/families/claude_version.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::size_t kStopSequencesMax = 8191;
constexpr std::int64_t kTopKMax = 500;
constexpr std::int64_t kTokensMax = 1'000'000'000;

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
    message.content = read_anthropic_content(*content, reader.pointer_to("content"), violations);
  }
  reader.refuse_extraneous();
  return message;
}

bool has_role(const json::value& message, std::string_view role) {
  const json::object* object = message.if_object();
  const json::value* value = object ? object->if_contains("role") : nullptr;
  return value && value->is_string() && value->get_string() == role;
}

/// Where a turn of the system may stand (Anthropic's page "Mid-conversation system messages", and
/// recorded: two in a row may).
bool may_be_system_turn(const json::array& messages, std::size_t i) {
  const bool follows =
      i > 0 && (has_role(messages[i - 1], "user") || has_role(messages[i - 1], "system"));
  const bool last = i + 1 == messages.size();
  return follows &&
         (last || has_role(messages[i + 1], "assistant") || has_role(messages[i + 1], "system"));
}

/// Claude takes turns of the system since Opus 4.8; at the doors, other models do.
void check_system_turn(const json::array& messages, std::size_t i, const CatalogueModel& model) {
  const bool older =
      bare_anthropic_name(model.id).starts_with("claude") && claude_version(model.id) < kClaude48;
  if (older) {
    throw errors::validation(
        fmt::format("messages.{}: role 'system' is not supported on this model", i));
  }
  if (may_be_system_turn(messages, i)) return;
  throw errors::validation(fmt::format(
      "messages.{}: a system message must follow a user message, and be the last one or "
      "come before an assistant message",
      i));
}

/// What it says joins the system prompt, as it does in Converse.
void read_system_turn(const json::value& value, std::size_t i, Conversation& conversation,
                      BodyViolations& violations) {
  const std::string pointer = fmt::format("#/messages/{}", i);
  BodyReader reader(value.get_object(), pointer, violations);
  reader.any("role");
  reader.require("content");
  const json::value* content = reader.any("content");
  reader.refuse_extraneous();
  if (content == nullptr) return;
  for (ContentBlock& block :
       read_anthropic_content(*content, reader.pointer_to("content"), violations)) {
    const auto* text = std::get_if<TextBlock>(&block);
    if (text != nullptr && is_blank(text->text)) {
      throw errors::validation("messages: text content blocks must contain non-whitespace text");
    }
    if (text == nullptr && !std::holds_alternative<CachePoint>(block)) {
      throw errors::validation(fmt::format("messages.{}: system messages hold texts only", i));
    }
    conversation.system.push_back(std::move(block));
  }
}

void read_messages(const json::array& messages, const CatalogueModel& model,
                   Conversation& conversation, BodyViolations& violations) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (has_role(messages[i], "system")) {
      check_system_turn(messages, i, model);
      read_system_turn(messages[i], i, conversation, violations);
    } else {
      conversation.messages.push_back(
          read_message(messages[i], fmt::format("#/messages/{}", i), violations));
    }
  }
}

/// What Converse carries in additionalModelRequestFields as well as the native body does.
void read_features(BodyReader& reader, Conversation& conversation, GenerationRequest& request) {
  if (const json::array* tools = reader.array("tools")) {
    read_anthropic_tools(*tools, conversation, reader.violations());
  }
  if (const json::object* choice = reader.object("tool_choice")) {
    read_anthropic_tool_choice(*choice, conversation);
  }
  for (const char* key : {"thinking", "reasoning_config"}) {
    if (const json::object* thinking = reader.object(key)) {
      read_anthropic_thinking(*thinking, request);
    }
  }
  for (const char* key : {"output_config", "output_format"}) {
    if (const json::object* output = reader.object(key)) read_anthropic_output(*output, request);
  }
  reader.any("anthropic_beta");
  for (const char* key : {"context_management", "mcp_servers", "container"}) {
    if (reader.any(key) != nullptr) {
      throw errors::not_implemented(fmt::format("'{}' in Anthropic Messages bodies", key));
    }
  }
}

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
    return render_anthropic_message(reply, context);
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return make_anthropic_chunks(context);
  }

 private:
  static void read_sampling(BodyReader& reader, SamplingParameters& sampling);
};

void AnthropicMessages::read_sampling(BodyReader& reader, SamplingParameters& sampling) {
  sampling.max_tokens = reader.integer("max_tokens", 1, kTokensMax);
  if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  sampling.top_k = reader.integer("top_k", 0, kTopKMax);
  if (sampling.top_k == 0) sampling.top_k.reset();
  sampling.stop_sequences = reader.strings("stop_sequences", kStopSequencesMax);
}

GenerationRequest AnthropicMessages::parse(const json::object& body, const CatalogueModel& model,
                                           bool) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  for (const char* key : {"anthropic_version", "max_tokens", "messages"}) reader.require(key);
  const auto version = reader.string("anthropic_version");
  if (version && !is_messages_version(*version)) {
    violations.add("#/anthropic_version", fmt::format("{} is not a valid enum value", *version));
  }
  GenerationRequest request;
  request.sampling = defaults();
  read_sampling(reader, request.sampling);
  Conversation conversation;
  if (const json::value* system = reader.any("system")) {
    conversation.system = read_anthropic_content(*system, "#/system", violations);
  }
  if (const json::array* messages = reader.array("messages")) {
    read_messages(*messages, model, conversation, violations);
  }
  reader.any("metadata");
  read_features(reader, conversation, request);
  reader.refuse_extraneous();
  violations.throw_if_any();

  if (version) check_messages_version(*version, body);
  check_anthropic_conversation(conversation);
  for (const std::string& stop : request.sampling.stop_sequences) {
    if (is_blank(stop)) {
      throw errors::validation("stop_sequences: each stop sequence must contain non-whitespace");
    }
  }
  if (model.enforces_max_output() && *request.sampling.max_tokens > model.max_output_tokens) {
    throw errors::validation(fmt::format(
        "max_tokens: {} > {}, which is the maximum allowed number of output tokens for {}",
        *request.sampling.max_tokens, model.max_output_tokens, bare_anthropic_name(model.id)));
  }
  request.prompt = std::move(conversation);
  check_anthropic_thinking(request, "");
  return request;
}

void AnthropicMessages::read_additional_fields(const json::object& fields,
                                               GenerationRequest& request) const {
  BodyViolations violations;
  BodyReader reader(fields, "#", violations);
  SamplingParameters& sampling = request.sampling;
  if (const auto value = reader.integer("top_k", 0, kTopKMax)) sampling.top_k = value;
  if (sampling.top_k == 0) sampling.top_k.reset();
  read_features(reader, std::get<Conversation>(request.prompt), request);
  violations.throw_if_any();
  constexpr std::string_view kKnown[] = {"top_k",         "anthropic_beta",  "thinking",
                                         "tools",         "tool_choice",     "output_config",
                                         "output_format", "reasoning_config"};
  for (const auto& [key, value] : fields) {
    const std::string_view name = key;
    if (std::find(std::begin(kKnown), std::end(kKnown), name) != std::end(kKnown)) continue;
    throw errors::validation(
        fmt::format("{}{}: Extra inputs are not permitted", kModelErrorPrefix, name));
  }
  check_anthropic_thinking(request, kModelErrorPrefix);
}

}  // namespace

const Family& anthropic_messages() {
  static const AnthropicMessages family;
  return family;
}

}  // namespace bedplate::inference
