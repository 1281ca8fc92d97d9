// Mistral's chat completions, as Mistral Large 2407 and later, Pixtral, Ministral, Magistral and
// Devstral take them through InvokeModel. Facts: AWS's guide, pages
// model-parameters-mistral-chat-completion and model-parameters-mistral-pixtral-large; Mistral's
// API reference, "Chat completion", for what the guide leaves out.
//
// The guide names the choice's `stop_reason`; clients written against the service read
// `finish_reason` from whole replies and `stop_reason`, beside a `message`, from chunks. So whole
// replies carry both. Tool calls come whole, with the last chunk.
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

constexpr std::int64_t kTokensDefault = 8192;
constexpr std::int64_t kTokensMaxUnknown = 1'000'000;
constexpr std::size_t kStopSequencesMax = 32;
constexpr double kTemperatureMax = 1.5;  ///< Mistral's own bound; the guide says 1

/// What Mistral's tokenizer insists on.
std::string new_call_id() {
  return random_base62(9);
}

std::int64_t tokens_max(const CatalogueModel& model) {
  return model.enforces_max_output() ? std::max(kTokensDefault, model.max_output_tokens)
                                     : kTokensMaxUnknown;
}

void read_sampling(BodyReader& reader, std::int64_t tokens_max, SamplingParameters& sampling) {
  if (const auto value = reader.integer("max_tokens", 1, tokens_max)) sampling.max_tokens = value;
  if (const auto value = reader.number("temperature", 0, kTemperatureMax)) {
    sampling.temperature = value;
  }
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  if (const auto value = reader.integer("random_seed", 0, INT64_MAX)) sampling.seed = value;
  read_openai_penalties(reader, sampling);
  read_openai_stop(reader, kStopSequencesMax, sampling);
}

/// Magistral's switch: "reasoning" is its default, and null turns it off.
void read_prompt_mode(BodyReader& reader, ReasoningParameters& reasoning) {
  const auto mode = reader.string("prompt_mode");
  if (!mode) return;
  if (*mode == "reasoning") {
    reasoning.enabled = true;
  } else {
    reader.violations().add(reader.pointer_to("prompt_mode"),
                            fmt::format("{} is not a valid enum value", *mode));
  }
}

void refuse_unsupported(BodyReader& reader) {
  reader.integer("n", 1, 1);
  if (reader.boolean("safe_prompt").value_or(false)) {
    throw errors::validation(
        "This model doesn't support the safe_prompt field. Remove safe_prompt and say in a system "
        "message what it shall keep to.");
  }
}

json::object choice(json::object message, json::value stop_reason) {
  json::object out;
  out["index"] = 0;
  out["message"] = std::move(message);
  out["stop_reason"] = std::move(stop_reason);
  return out;
}

CompletionEnvelope envelope_of(const ReplyContext& context) {
  return {context.request_id, context.model->id, unix_seconds(context.created)};
}

class MistralChunks final : public ChunkRenderer {
 public:
  explicit MistralChunks(const ReplyContext& context) : envelope_(envelope_of(context)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back(chunk(said("")));
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back(chunk(said(delta->text)));
    } else if (const auto* thought = std::get_if<ReasoningDelta>(&event)) {
      json::object message = said("");
      message["reasoning_content"] = thought->text;
      chunks.push_back(chunk(std::move(message)));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      json::object message = said("");
      json::array calls = openai_tool_calls(calls_, new_call_id);
      if (!calls.empty()) message["tool_calls"] = std::move(calls);
      chunks.push_back(chunk(std::move(message), openai_finish_reason(end->reason)));
      chunks.back()["usage"] = openai_usage(end->usage);
    } else {
      append(calls_, event);
    }
  }

 private:
  static json::object said(std::string_view text) {
    return {{"role", "assistant"}, {"content", text}};
  }

  json::object chunk(json::object message, json::value stop_reason = nullptr) const {
    return envelope_.wrap(choice(std::move(message), std::move(stop_reason)),
                          "chat.completion.chunk");
  }

  CompletionEnvelope envelope_;
  GenerationReply calls_;  ///< nothing but calls of tools, as far as they have come
};

class MistralChat final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.7;
    sampling.top_p = 1.0;
    return sampling;
  }

  bool reasons_unasked(const CatalogueModel& model) const override {
    return model.features.reasoning;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_sampling(reader, kTokensMaxUnknown, request.sampling);
    read_prompt_mode(reader, request.reasoning);
    const std::string schema = read_response_format(reader);
    if (!schema.empty()) request.output_schema = schema;
    refuse_unsupported(reader);
    reader.refuse_extraneous();
    violations.throw_if_any();
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override;

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<MistralChunks>(context);
  }
};

GenerationRequest MistralChat::parse(const json::object& body, const CatalogueModel& model,
                                     bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  GenerationRequest request;
  request.sampling = defaults();
  request.sampling.max_tokens = std::min(kTokensDefault, tokens_max(model));
  request.reasoning.enabled = reasons_unasked(model);
  read_sampling(reader, tokens_max(model), request.sampling);
  // Null is a value here: it turns reasoning off.
  if (body.contains("prompt_mode") && body.at("prompt_mode").is_null()) {
    request.reasoning.enabled = false;
  }
  read_prompt_mode(reader, request.reasoning);
  request.output_schema = read_response_format(reader);
  refuse_unsupported(reader);
  const OpenAiTarget target = read_openai_target(reader);
  OpenAiRules rules;
  rules.images = model.features.images;
  rules.marked_prefill = true;
  Conversation conversation;
  read_openai_messages(reader, rules, conversation);
  read_openai_tools(reader, rules, conversation);
  reader.refuse_extraneous();
  violations.throw_if_any();
  check_openai_target(target, model, stream);
  check_openai_tool_turns(conversation);
  request.prompt = std::move(conversation);
  return request;
}

json::object MistralChat::render(const GenerationReply& reply, const ReplyContext& context) const {
  json::object message{{"role", "assistant"}, {"content", reply.text()}};
  const std::string reasoning = reasoning_text(reply);
  if (!reasoning.empty()) message["reasoning_content"] = reasoning;
  json::array calls = openai_tool_calls(reply, new_call_id);
  if (!calls.empty()) message["tool_calls"] = std::move(calls);
  const char* reason = openai_finish_reason(reply.end.reason);
  json::object only = choice(std::move(message), reason);
  only["finish_reason"] = reason;
  json::object out = envelope_of(context).wrap(std::move(only), "chat.completion");
  out["usage"] = openai_usage(reply.end.usage);
  return out;
}

}  // namespace

const Family& mistral_chat() {
  static const MistralChat family;
  return family;
}

}  // namespace bedplate::inference
