// OpenAI's chat completions, as gpt-oss, DeepSeek V3, Gemma, Kimi, MiniMax, Qwen and other models
// take them through InvokeModel. Facts: AWS's guide, page model-parameters-openai; OpenAI's API
// reference, "Create chat completion".
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"
#include "inference/families/openai_messages.hpp"
#include "inference/families/openai_reply.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 1'000'000;
constexpr std::size_t kStopSequencesMax = 4;

// gpt-oss writes its reasoning into the text of an InvokeModel reply, before the answer, so.
constexpr std::string_view kReasoningOpening = "<reasoning>";
constexpr std::string_view kReasoningClosing = "</reasoning>";

bool writes_reasoning_inline(const CatalogueModel& model) {
  return model.id.find("gpt-oss") != std::string::npos;
}

CompletionEnvelope envelope_of(const ReplyContext& context) {
  return {"chatcmpl-" + random_base62(24), context.model->id, unix_seconds(context.created)};
}

/// The reply's chunks. A call's arguments are streamed as the model writes them.
class OpenAiChunks final : public ChunkRenderer {
 public:
  explicit OpenAiChunks(const ReplyContext& context)
      : envelope_(envelope_of(context)),
        inline_(writes_reasoning_inline(*context.model) && !context.reasoning_apart) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back(chunk({{"role", "assistant"}, {"content", ""}}));
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back(content(closing() + delta->text));
      if (!delta->tokens.empty()) {
        choice_of(chunks.back())["logprobs"] = openai_logprobs(delta->tokens);
      }
    } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
      chunks.push_back(reasoning(thought->text));
    } else if (const auto* call = std::get_if<ToolUseStart>(&event)) {
      close_reasoning(chunks);
      ++call_index_;
      chunks.push_back(
          call_delta(openai_tool_call(new_openai_call_id(), ToolUseBlock{.name = call->name})));
    } else if (const auto* input = std::get_if<ToolInputDelta>(&event)) {
      json::object function;
      function["arguments"] = input->json;
      json::object piece;
      piece["function"] = std::move(function);
      chunks.push_back(call_delta(std::move(piece)));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      close_reasoning(chunks);
      chunks.push_back(chunk({}));
      choice_of(chunks.back())["finish_reason"] = openai_finish_reason(end->reason);
      chunks.back()["usage"] = openai_usage(end->usage);
    }
  }

 private:
  json::object chunk(json::object delta) const {
    json::object choice{{"index", 0}, {"finish_reason", nullptr}};
    choice["delta"] = std::move(delta);
    return envelope_.wrap(std::move(choice), "chat.completion.chunk");
  }

  static json::object& choice_of(json::object& chunk) {
    return chunk["choices"].as_array().front().as_object();
  }

  json::object content(std::string_view text) const {
    json::object delta;
    delta["content"] = text;
    return chunk(std::move(delta));
  }

  json::object reasoning(const std::string& text) {
    if (!inline_) {
      json::object delta;
      delta["reasoning_content"] = text;
      return chunk(std::move(delta));
    }
    const std::string opening(in_reasoning_ ? std::string_view() : kReasoningOpening);
    in_reasoning_ = true;
    return content(opening + text);
  }

  /// The closing tag, when one is due.
  std::string closing() {
    return std::string(std::exchange(in_reasoning_, false) ? kReasoningClosing
                                                           : std::string_view());
  }

  void close_reasoning(std::vector<json::object>& chunks) {
    if (in_reasoning_) chunks.push_back(content(closing()));
  }

  json::object call_delta(json::object call) const {
    call["index"] = call_index_;
    json::array calls;
    calls.push_back(std::move(call));
    json::object delta;
    delta["tool_calls"] = std::move(calls);
    return chunk(std::move(delta));
  }

  CompletionEnvelope envelope_;
  bool inline_;
  bool in_reasoning_ = false;
  std::int64_t call_index_ = -1;
};

void read_sampling(BodyReader& reader, SamplingParameters& sampling) {
  for (const char* key : {"max_tokens", "max_completion_tokens"}) {
    if (const auto value = reader.integer(key, 1, kTokensMax)) sampling.max_tokens = value;
  }
  if (const auto value = reader.number("temperature", 0, 2)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  read_openai_penalties(reader, sampling);
  if (const auto value = reader.integer("seed", INT64_MIN, INT64_MAX)) sampling.seed = value;
  read_openai_stop(reader, kStopSequencesMax, sampling);
}

/// The engines know three steps and the most.
/// `key`: reasoning_effort, or Converse's reasoning_config (recorded with Qwen 3).
void read_reasoning_effort(BodyReader& reader, const char* key, ReasoningParameters& reasoning) {
  static constexpr std::pair<std::string_view, std::string_view> kEfforts[] = {
      {"none", ""},     {"minimal", "low"}, {"low", "low"}, {"medium", "medium"},
      {"high", "high"}, {"xhigh", "max"},   {"max", "max"}};
  const auto effort = reader.string(key);
  if (!effort) return;
  for (const auto& [name, step] : kEfforts) {
    if (name != *effort) continue;
    reasoning.enabled = !step.empty();
    reasoning.effort = step;
    return;
  }
  reader.violations().add(reader.pointer_to(key),
                          fmt::format("{} is not a valid enum value", *effort));
}

ApiError refusal_of(std::string_view key, std::string_view what) {
  ApiError error =
      errors::validation(fmt::format("This model doesn't support the {} field. {}", key, what));
  error.parameter = fmt::format("#/{}", key);
  return error;
}

/// What OpenAI's own service does with these, no engine can: refused, never dropped.
void refuse_unsupported(BodyReader& reader) {
  for (const char* key : {"functions", "function_call"}) {
    if (reader.any(key) == nullptr) continue;
    throw refusal_of(key, "Use tools and tool_choice instead.");
  }
  for (const char* key : {"logit_bias", "audio", "prediction", "web_search_options", "verbosity",
                          "amazon-bedrock-guardrailConfig"}) {
    const json::value* value = reader.any(key);
    const bool empty = value && value->is_object() && value->get_object().empty();
    // No bias is no bias; empty search options ask for a search.
    if (value == nullptr || (empty && key != std::string_view("web_search_options"))) continue;
    throw refusal_of(key, fmt::format("Remove {} and try again.", key));
  }
  for (const std::string& modality : reader.strings("modalities", 4)) {
    if (modality == "text") continue;
    throw errors::validation("This model doesn't support the modalities that you provided.");
  }
  reader.integer("n", 1, 1);
  reader.integer("top_logprobs", 0, 0);  // engines tell of the sampled token only
  if (reader.boolean("store").value_or(false)) {
    throw refusal_of("store", "Remove store and try again.");
  }
}

/// Members that have no effect on the reply.
void read_labels(BodyReader& reader) {
  reader.string("user");
  reader.object("metadata");
  reader.object("stream_options");  // the last chunk carries the usage in any case
  for (const char* key : {"safety_identifier", "prompt_cache_key", "service_tier"}) {
    reader.string(key);
  }
}

void check_token_limit(const SamplingParameters& sampling, const CatalogueModel& model) {
  if (!model.id.starts_with("openai.") || !model.enforces_max_output()) return;
  if (sampling.max_tokens.value_or(0) <= model.max_output_tokens) return;
  // Errors of OpenAI's models are JSON within the message.
  const std::string text = fmt::format("'max_completion_tokens' ({}) exceeds model maximum ({})",
                                       *sampling.max_tokens, model.max_output_tokens);
  const json::object detail{{"code", "validation_error"},
                            {"message", text},
                            {"param", nullptr},
                            {"type", "invalid_request_error"}};
  json::object error;
  error["error"] = detail;
  std::string_view prefix = kModelErrorPrefix;
  prefix.remove_suffix(1);
  throw errors::validation(fmt::format("{}\n{}", prefix, json::serialize(error)));
}

/// A reply that comes back in the history: its inlined reasoning is no part of what was said.
void separate_inline_reasoning(Conversation& conversation) {
  for (Message& message : conversation.messages) {
    if (message.role != Role::kAssistant) continue;
    auto* text = std::get_if<TextBlock>(&message.content.front());
    if (text == nullptr || !text->text.starts_with(kReasoningOpening)) continue;
    const std::size_t end = text->text.find(kReasoningClosing);
    if (end == std::string::npos) continue;
    ReasoningBlock thought;
    thought.text = text->text.substr(kReasoningOpening.size(), end - kReasoningOpening.size());
    text->text.erase(0, end + kReasoningClosing.size());
    message.content.emplace(message.content.begin(), std::move(thought));
  }
}

class OpenAiChat final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 1.0;
    sampling.top_p = 1.0;
    return sampling;
  }

  bool reasons_unasked(const CatalogueModel& model) const override {
    return model.features.reasoning || writes_reasoning_inline(model);
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_sampling(reader, request.sampling);
    read_reasoning_effort(reader, "reasoning_effort", request.reasoning);
    read_reasoning_effort(reader, "reasoning_config", request.reasoning);
    const std::string schema = read_response_format(reader);
    if (!schema.empty()) request.output_schema = schema;
    read_labels(reader);
    refuse_unsupported(reader);
    reader.refuse_extraneous();
    violations.throw_if_any();
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override;

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<OpenAiChunks>(context);
  }
};

GenerationRequest OpenAiChat::parse(const json::object& body, const CatalogueModel& model,
                                    bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  GenerationRequest request;
  request.sampling = defaults();
  request.reasoning.enabled = reasons_unasked(model);
  read_sampling(reader, request.sampling);
  read_reasoning_effort(reader, "reasoning_effort", request.reasoning);
  request.output_schema = read_response_format(reader);
  request.token_probabilities = reader.boolean("logprobs").value_or(false);
  read_labels(reader);
  refuse_unsupported(reader);
  const OpenAiTarget target = read_openai_target(reader);
  OpenAiRules rules;
  rules.images = model.features.images;
  Conversation conversation;
  read_openai_messages(reader, rules, conversation);
  read_openai_tools(reader, rules, conversation);
  reader.refuse_extraneous();
  violations.throw_if_any();
  check_openai_target(target, model, stream);
  check_openai_tool_turns(conversation);
  check_token_limit(request.sampling, model);
  if (writes_reasoning_inline(model)) separate_inline_reasoning(conversation);
  request.prompt = std::move(conversation);
  return request;
}

/// The text with what belongs to it; null when there is none beside calls, or when the limit
/// struck within the reasoning (as clients of gpt-oss on Bedrock have met it).
json::value message_content(const GenerationReply& reply, const std::string& inlined, bool calls) {
  const std::string text = reply.text();
  const bool cut = openai_finish_reason(reply.end.reason) == std::string_view("length");
  if (text.empty() && !inlined.empty() && cut && !calls) return nullptr;
  if (text.empty() && inlined.empty() && calls) return nullptr;
  if (inlined.empty()) return json::value(text);
  return json::value(fmt::format("{}{}{}{}", kReasoningOpening, inlined, kReasoningClosing, text));
}

json::object OpenAiChat::render(const GenerationReply& reply, const ReplyContext& context) const {
  const std::string reasoning = reasoning_text(reply);
  const bool inlined = writes_reasoning_inline(*context.model) && !context.reasoning_apart;
  json::array calls = openai_tool_calls(reply, new_openai_call_id);
  json::object message;
  message["role"] = "assistant";
  message["content"] = message_content(reply, inlined ? reasoning : "", !calls.empty());
  if (!inlined && !reasoning.empty()) message["reasoning_content"] = reasoning;
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  json::object choice{{"index", 0}, {"finish_reason", openai_finish_reason(reply.end.reason)}};
  if (!reply.tokens.empty()) choice["logprobs"] = openai_logprobs(reply.tokens);
  choice["message"] = std::move(message);
  json::object out = envelope_of(context).wrap(std::move(choice), "chat.completion");
  out["usage"] = openai_usage(reply.end.usage);
  return out;
}

}  // namespace

const Family& openai_chat() {
  static const OpenAiChat family;
  return family;
}

}  // namespace bedplate::inference
