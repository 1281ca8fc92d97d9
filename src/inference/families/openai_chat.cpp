// OpenAI's chat completions, as gpt-oss and Qwen models take them through InvokeModel. Facts:
// AWS's guide, page model-parameters-openai.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 1'000'000;
constexpr std::size_t kStopSequencesMax = 4;

const char* finish_reason(StopReason reason) {
  if (reason == StopReason::kToolUse) return "tool_calls";
  const bool cut = reason == StopReason::kMaxTokens || reason == StopReason::kContextWindowExceeded;
  return cut ? "length" : "stop";
}

json::object usage_json(const Usage& usage) {
  return {{"prompt_tokens", usage.input_tokens},
          {"completion_tokens", usage.output_tokens},
          {"total_tokens", usage.input_tokens + usage.output_tokens}};
}

/// `content` as a text or as a list of text parts.
std::string read_content(const json::value& value, const std::string& pointer,
                         BodyViolations& violations) {
  if (const json::string* text = value.if_string()) return std::string(*text);
  std::string joined;
  const json::array* parts = value.if_array();
  if (parts == nullptr) {
    violations.add(pointer, fmt::format("expected type: String, found: {}", json_type_name(value)));
    return joined;
  }
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const json::object* object = (*parts)[i].if_object();
    const std::string where = fmt::format("{}/{}", pointer, i);
    if (object == nullptr) {
      violations.add(
          where, fmt::format("expected type: JSONObject, found: {}", json_type_name((*parts)[i])));
      continue;
    }
    BodyReader part(*object, where, violations);
    part.require("type");
    const std::string type = part.string("type").value_or("text");
    if (type != "text") {
      throw errors::not_implemented(fmt::format("{} parts in chat completion bodies", type));
    }
    part.require("text");
    joined += part.string("text").value_or("");
  }
  return joined;
}

void read_message(const json::value& value, const std::string& pointer, Conversation& conversation,
                  BodyViolations& violations) {
  const json::object* object = value.if_object();
  if (object == nullptr) {
    violations.add(pointer,
                   fmt::format("expected type: JSONObject, found: {}", json_type_name(value)));
    return;
  }
  BodyReader reader(*object, pointer, violations);
  reader.require("role");
  reader.require("content");
  const std::string role = reader.string("role").value_or("user");
  const json::value* content = reader.any("content");
  if (role == "tool" || role == "function" || reader.any("tool_calls") != nullptr) {
    throw errors::not_implemented("tool messages in chat completion bodies");
  }
  if (content == nullptr) return;
  std::string text = read_content(*content, reader.pointer_to("content"), violations);
  if (role == "system" || role == "developer") {
    conversation.system.emplace_back(TextBlock{std::move(text)});
  } else if (role == "user" || role == "assistant") {
    conversation.messages.push_back(
        {role == "user" ? Role::kUser : Role::kAssistant, {TextBlock{std::move(text)}}});
  } else {
    violations.add(reader.pointer_to("role"), fmt::format("{} is not a valid enum value", role));
  }
}

class OpenAiChunks final : public ChunkRenderer {
 public:
  explicit OpenAiChunks(const ReplyContext& context)
      : id_("chatcmpl-" + random_base62(24)),
        model_(context.model->id),
        created_(
            std::chrono::floor<std::chrono::seconds>(context.created).time_since_epoch().count()) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back(chunk({{"role", "assistant"}, {"content", ""}}, nullptr));
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      json::object content;
      content["content"] = delta->text;
      chunks.push_back(chunk(std::move(content), nullptr));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      chunks.push_back(chunk({}, finish_reason(end->reason)));
      chunks.back()["usage"] = usage_json(end->usage);
    }
  }

 private:
  json::object chunk(json::object delta, json::value finish) {
    json::object choice{{"index", 0}, {"finish_reason", std::move(finish)}};
    choice["delta"] = std::move(delta);
    json::array choices;
    choices.push_back(std::move(choice));
    json::object out{
        {"id", id_}, {"object", "chat.completion.chunk"}, {"created", created_}, {"model", model_}};
    out["choices"] = std::move(choices);
    return out;
  }

  std::string id_;
  std::string model_;
  std::int64_t created_;
};

void read_stop(BodyReader& reader, SamplingParameters& sampling) {
  const json::value* stop = reader.any("stop");
  if (stop == nullptr) return;
  if (const json::string* one = stop->if_string()) {
    sampling.stop_sequences.emplace_back(*one);
  } else {
    sampling.stop_sequences = reader.strings("stop", kStopSequencesMax);
  }
  for (const std::string& text : sampling.stop_sequences) {
    if (text.empty()) {
      reader.violations().add("#/stop", "expected minLength: 1, actual: 0");
      return;
    }
  }
}

void read_sampling(BodyReader& reader, SamplingParameters& sampling) {
  for (const char* key : {"max_tokens", "max_completion_tokens"}) {
    if (const auto value = reader.integer(key, 1, kTokensMax)) sampling.max_tokens = value;
  }
  if (const auto value = reader.number("temperature", 0, 2)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  if (const auto value = reader.number("frequency_penalty", -2, 2)) {
    sampling.frequency_penalty = value;
  }
  if (const auto value = reader.number("presence_penalty", -2, 2)) {
    sampling.presence_penalty = value;
  }
  if (const auto value = reader.integer("seed", INT64_MIN, INT64_MAX)) sampling.seed = value;
  read_stop(reader, sampling);
}

/// What no engine of ours honours is refused, never dropped.
void refuse_unbuilt(BodyReader& reader) {
  for (const char* key :
       {"tools", "tool_choice", "functions", "response_format", "logit_bias", "reasoning_effort"}) {
    if (reader.any(key) != nullptr) {
      throw errors::not_implemented(fmt::format("'{}' in chat completion bodies", key));
    }
  }
  reader.integer("n", 1, 1);
  if (reader.boolean("logprobs").value_or(false)) {
    throw errors::not_implemented("'logprobs' in chat completion bodies");
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

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_sampling(reader, request.sampling);
    refuse_unbuilt(reader);
    reader.refuse_extraneous();
    violations.throw_if_any();
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    json::object message{{"role", "assistant"}, {"content", reply.text()}};
    json::object choice{{"index", 0}, {"finish_reason", finish_reason(reply.end.reason)}};
    choice["message"] = std::move(message);
    json::array choices;
    choices.push_back(std::move(choice));
    const auto created =
        std::chrono::floor<std::chrono::seconds>(context.created).time_since_epoch().count();
    json::object out{{"id", "chatcmpl-" + random_base62(24)},
                     {"object", "chat.completion"},
                     {"created", created},
                     {"model", context.model->id}};
    out["choices"] = std::move(choices);
    out["usage"] = usage_json(reply.end.usage);
    return out;
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<OpenAiChunks>(context);
  }
};

GenerationRequest OpenAiChat::parse(const json::object& body, const CatalogueModel& model,
                                    bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("messages");
  GenerationRequest request;
  request.sampling = defaults();
  read_sampling(reader, request.sampling);
  refuse_unbuilt(reader);
  const auto named = reader.string("model");
  const auto streams = reader.boolean("stream");
  reader.any("stream_options");
  reader.any("user");
  Conversation conversation;
  if (const json::array* messages = reader.array("messages")) {
    for (std::size_t i = 0; i < messages->size(); ++i) {
      read_message((*messages)[i], fmt::format("#/messages/{}", i), conversation, violations);
    }
    if (violations.empty() && conversation.messages.empty()) {
      violations.add("#/messages", "expected minimum item count: 1, found: 0");
    }
  }
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (named && *named != model.id) {
    throw errors::validation("The model in the body must be the model in the request's path.");
  }
  if (streams && *streams != stream) {
    throw errors::validation(
        stream ? "'stream' must be true or absent for InvokeModelWithResponseStream."
               : "'stream' must be false or absent for InvokeModel.");
  }
  request.prompt = std::move(conversation);
  return request;
}

}  // namespace

const Family& openai_chat() {
  static const OpenAiChat family;
  return family;
}

}  // namespace bedplate::inference
