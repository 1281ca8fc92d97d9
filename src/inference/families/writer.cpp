// Writer's Palmyra: chat, or a prompt, in OpenAI's shapes. Facts: AWS's guide, pages
// model-parameters-palmyra-x4 and -x5; the prompt is what LangChain sends.
#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "inference/families/chat_deltas.hpp"
#include "inference/families/families.hpp"
#include "inference/families/openai_messages.hpp"
#include "inference/families/openai_reply.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensDefault = 16;
constexpr std::int64_t kTokensMax = 8192;
constexpr std::size_t kStopSequencesMax = 4;
constexpr OpenAiRules kRules{.tools_max = SIZE_MAX, .plain = true};

bool is_prompt_body(const ReplyContext& context) {
  return context.body != nullptr && context.body->contains("prompt");
}

CompletionEnvelope envelope_of(const ReplyContext& context) {
  const std::string_view prefix = is_prompt_body(context) ? "cmpl-" : "chatcmpl-";
  return {std::string(prefix) + hex_encode(random_bytes(16)), context.model->id,
          unix_seconds(context.created)};
}

json::value stop_reason(const GenerationEnd& end) {
  return end.stop_sequence.empty() ? json::value(nullptr) : json::value(end.stop_sequence);
}

json::object message_choice(const GenerationReply& reply) {
  json::object message{{"role", "assistant"}};
  message["reasoning_content"] = nullptr;
  message["content"] = reply.text();
  message["tool_calls"] = openai_tool_calls(reply, new_openai_call_id);
  json::object choice{{"index", 0}};
  choice["message"] = std::move(message);
  return choice;
}

void end_choice(json::object& choice, const GenerationEnd& end) {
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = openai_finish_reason(end.reason);
  choice["stop_reason"] = stop_reason(end);
}

class PalmyraChunks final : public ChunkRenderer {
 public:
  explicit PalmyraChunks(const ReplyContext& context)
      : prompt_(is_prompt_body(context)), envelope_(envelope_of(context)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      json::object choice = open_choice({});
      end_choice(choice, *end);
      chunks.push_back(wrap(std::move(choice)));
      chunks.back()["usage"] = openai_usage(end->usage);
    } else if (prompt_) {
      if (const auto* delta = std::get_if<TextDelta>(&event)) {
        json::object choice{{"index", 0}, {"text", delta->text}};
        chunks.push_back(wrap(unfinished(std::move(choice))));
      }
    } else if (std::holds_alternative<GenerationStart>(event)) {
      chunks.push_back(wrap(unfinished(open_choice({{"role", "assistant"}, {"content", ""}}))));
    } else if (auto delta = deltas_.delta(event)) {
      chunks.push_back(wrap(unfinished(open_choice(std::move(*delta)))));
    }
  }

 private:
  json::object open_choice(json::object delta) const {
    json::object choice{{"index", 0}};
    if (prompt_) {
      choice["text"] = "";
    } else {
      choice["delta"] = std::move(delta);
    }
    return choice;
  }
  static json::object unfinished(json::object choice) {
    choice["logprobs"] = nullptr;
    choice["finish_reason"] = nullptr;
    return choice;
  }
  json::object wrap(json::object choice) const {
    return envelope_.wrap(std::move(choice), prompt_ ? "text_completion" : "chat.completion.chunk");
  }

  bool prompt_;
  CompletionEnvelope envelope_;
  ChatDeltas deltas_;
};

/// The members that Converse has no place for.
void read_further_sampling(BodyReader& reader, SamplingParameters& sampling) {
  read_openai_penalties(reader, sampling);
  if (const auto value = reader.integer("seed", INT64_MIN, INT64_MAX)) sampling.seed = value;
  reader.integer("min_tokens", 0, 0);  // no engine of ours holds an end back
}

void read_tool_choice(BodyReader& body, Conversation& conversation) {
  if (body.any("tool_choice") == nullptr) return;
  const std::string choice =
      body.one_of("tool_choice", {"auto", "none", "required"}).value_or("auto");
  if (choice == "none") conversation.tool_choice.kind = ToolChoice::Kind::kNone;
  if (choice == "required") conversation.tool_choice.kind = ToolChoice::Kind::kAny;
}

class Writer final : public Family {
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
    read_further_sampling(reader, request.sampling);
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    const bool prompt = is_prompt_body(context);
    json::object choice =
        prompt ? json::object{{"index", 0}, {"text", reply.text()}} : message_choice(reply);
    end_choice(choice, reply.end);
    json::object out = envelope_of(context).wrap(std::move(choice),
                                                 prompt ? "text_completion" : "chat.completion");
    out["usage"] = openai_usage(reply.end.usage);
    out["usage"].as_object()["prompt_tokens_details"] = nullptr;
    out["prompt_logprobs"] = nullptr;
    return out;
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<PalmyraChunks>(context);
  }
};

GenerationRequest Writer::parse(const json::object& body, const CatalogueModel&,
                                bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  Conversation conversation;
  if (body.contains("prompt")) {
    const std::string prompt = reader.filled_string("prompt").value_or("");
    conversation.messages.push_back({Role::kUser, {TextBlock{prompt}}});
  } else {
    read_openai_messages(reader, kRules, conversation);
    read_openai_tool_list(reader, kRules, conversation);
    read_tool_choice(reader, conversation);
  }
  sampling.max_tokens = reader.integer("max_tokens", 1, kTokensMax).value_or(kTokensDefault);
  if (const auto value = reader.number("temperature", 0, 2)) sampling.temperature = value;
  if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
  if (sampling.top_p == 0.0) violations.add("#/top_p", "0 is not greater than 0");
  read_further_sampling(reader, sampling);
  read_openai_stop(reader, kStopSequencesMax, sampling);
  const auto streams = reader.boolean("stream");
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (streams && *streams != stream) {
    throw errors::validation(
        stream ? "'stream' must be true or absent for InvokeModelWithResponseStream."
               : "'stream' must be false or absent for InvokeModel.");
  }
  request.prompt = std::move(conversation);
  return request;
}

}  // namespace

const Family& writer() {
  static const Writer family;
  return family;
}

}  // namespace bedplate::inference
