// Cohere Command R and R+: Cohere's Chat API. Facts: AWS's guide, page
// model-parameters-cohere-command-r-plus; stream events as Cohere's API sends them.
#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/cohere_chat.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 4096;
constexpr std::int64_t kTopKMax = 500;
constexpr double kTopPMin = 0.01;
constexpr double kTopPMax = 0.99;
constexpr std::size_t kStopSequencesMax = 5;

const char* finish_reason(StopReason reason) {
  switch (reason) {
    case StopReason::kMaxTokens:
      return "MAX_TOKENS";
    case StopReason::kContextWindowExceeded:
      return "ERROR_LIMIT";
    case StopReason::kEndTurn:
    case StopReason::kStopSequence:
    case StopReason::kToolUse:
      break;
  }
  return "COMPLETE";
}

/// What a request said, as far as its reply repeats it.
struct Asked {
  explicit Asked(const ReplyContext& context) {
    if (context.body == nullptr) return;
    const json::object& body = *context.body;
    if (const json::value* past = body.if_contains("chat_history"); past && past->is_array()) {
      history = past->as_array();
    }
    if (const json::value* text = body.if_contains("message"); text && text->is_string()) {
      history.push_back({{"role", "USER"}, {"message", *text}});
    }
    for (const char* key : {"documents", "tool_results"}) cites |= body.contains(key);
    tools = body.contains("tools");
  }

  json::array history;
  bool cites = false;  ///< there is something that a reply might cite
  bool tools = false;
};

json::object whole_reply(const GenerationReply& reply, const Asked& asked,
                         const std::string& generation_id) {
  json::array history = asked.history;
  json::array calls = cohere_tool_calls(reply);
  json::object said{{"role", "CHATBOT"}, {"message", reply.text()}};
  if (!calls.empty()) said["tool_calls"] = calls;
  history.push_back(std::move(said));
  json::object out{
      {"response_id", random_uuid()}, {"text", reply.text()}, {"generation_id", generation_id}};
  out["chat_history"] = std::move(history);
  out["finish_reason"] = finish_reason(reply.end.reason);
  if (asked.cites) out["citations"] = json::array();  // the weights point at no sources
  if (asked.tools) out["tool_calls"] = std::move(calls);
  return out;
}

json::object meta(const Usage& usage) {
  const json::object tokens{{"input_tokens", usage.input_tokens},
                            {"output_tokens", usage.output_tokens}};
  json::object version{{"version", "1"}};
  json::object out;
  out["api_version"] = std::move(version);
  out["billed_units"] = tokens;
  out["tokens"] = tokens;
  return out;
}

class CommandRChunks final : public ChunkRenderer {
 public:
  explicit CommandRChunks(const ReplyContext& context)
      : asked_(context), generation_id_(random_uuid()) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    append(reply_, event);
    // Cohere's own API begins with a stream-start; recorded streams of Bedrock have none.
    if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back(happened("text-generation"));
      chunks.back()["text"] = delta->text;
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      if (json::array calls = cohere_tool_calls(reply_); !calls.empty()) {
        chunks.push_back(happened("tool-calls-generation"));
        chunks.back()["tool_calls"] = std::move(calls);
      }
      json::object response = whole_reply(reply_, asked_, generation_id_);
      response["meta"] = meta(end->usage);
      chunks.push_back(happened("stream-end"));
      chunks.back()["is_finished"] = true;
      chunks.back()["response"] = std::move(response);
      chunks.back()["finish_reason"] = finish_reason(end->reason);
    }
  }

 private:
  static json::object happened(std::string_view what) {
    return {{"is_finished", false}, {"event_type", what}};
  }

  Asked asked_;
  std::string generation_id_;
  GenerationReply reply_;
};

/// The members that Converse has no place for.
void read_further_sampling(BodyReader& reader, SamplingParameters& sampling) {
  if (const auto value = reader.integer("k", 0, kTopKMax)) sampling.top_k = value;
  if (const auto value = reader.number("frequency_penalty", 0, 1)) {
    sampling.frequency_penalty = value;
  }
  if (const auto value = reader.number("presence_penalty", 0, 1)) sampling.presence_penalty = value;
  if (const auto value = reader.integer("seed", INT64_MIN, INT64_MAX)) sampling.seed = value;
}

void refuse_unhonoured(BodyReader& reader) {
  if (reader.boolean("search_queries_only").value_or(false)) {
    throw errors::validation(
        "search_queries_only: the weights that serve this model generate no search queries. Leave "
        "search_queries_only at false.");
  }
  if (reader.boolean("return_prompt").value_or(false)) {
    throw errors::validation(
        "return_prompt: the prompt is made by the weights' own template and is not known. Leave "
        "return_prompt at false.");
  }
}

class CommandR final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.3;
    sampling.top_p = 0.75;
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
    return whole_reply(reply, Asked(context), random_uuid());
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<CommandRChunks>(context);
  }
};

/// With raw_prompting the message is the whole prompt, in the weights' own template.
RawPrompt raw_prompt(const json::object& body) {
  for (const char* key : {"chat_history", "documents", "preamble", "tools", "tool_results"}) {
    if (body.contains(key)) {
      throw errors::validation(fmt::format("raw_prompting: {} has no place in a raw prompt.", key));
    }
  }
  return {std::string(body.at("message").as_string())};
}

GenerationRequest CommandR::parse(const json::object& body, const CatalogueModel& model,
                                  bool) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  Conversation conversation = read_cohere_chat(reader);
  const std::int64_t most = model.max_output_tokens > 0 ? model.max_output_tokens : kTokensMax;
  sampling.max_tokens = reader.integer("max_tokens", 1, most).value_or(most);
  if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = reader.number("p", kTopPMin, kTopPMax)) sampling.top_p = value;
  read_further_sampling(reader, sampling);
  sampling.stop_sequences = reader.filled_strings("stop_sequences", kStopSequencesMax);
  // A prompt that is too long is refused, whatever might be dropped from it.
  reader.one_of("prompt_truncation", {"OFF", "AUTO_PRESERVE_ORDER"});
  refuse_unhonoured(reader);
  const bool raw = reader.boolean("raw_prompting").value_or(false);
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (raw) {
    request.prompt = raw_prompt(body);
  } else {
    request.prompt = std::move(conversation);
  }
  return request;
}

}  // namespace

const Family& cohere_command_r() {
  static const CommandR family;
  return family;
}

}  // namespace bedplate::inference
