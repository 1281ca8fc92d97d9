// AI21 Jurassic-2. Facts: AWS's guide, page model-parameters-jurassic2, AI21's Complete API and
// recorded traffic.
#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr int kReplyId = 1234;  ///< recorded: always this number
constexpr std::int64_t kTokensDefault = 200;
constexpr std::int64_t kTokensMax = 8191;
constexpr std::int64_t kResultsMax = 16;
constexpr std::size_t kStopSequencesMax = 16;

/// What a penalty spares when its switch is false.
constexpr const char* kPenaltySwitches[] = {"applyToWhitespaces",  "applyToPunctuation",
                                            "applyToPunctuations", "applyToNumbers",
                                            "applyToStopwords",    "applyToEmojis"};

/// AI21 shows a space as U+2581 and a line's end as a name.
std::string token_name(std::string_view text) {
  if (text == "\n") return "<|newline|>";
  std::string name;
  for (const char c : text) {
    if (c == ' ') {
      name += "\u2581";
    } else {
      name += c;
    }
  }
  return name;
}

/// The engine tells the weights' own log-probability, AI21's `raw_logprob`; what sampling made of
/// it is not known, so that `logprob` is the same number.
json::array tokens_json(const std::vector<TokenProbability>& tokens, std::size_t text_length) {
  json::array out;
  std::size_t at = 0;
  for (const TokenProbability& token : tokens) {
    const std::size_t end =
        std::min(text_length, at + (is_valid_utf8(token.text) ? count_characters(token.text) : 0));
    json::object generated{{"token", token_name(token.text)},
                           {"logprob", token.log_probability},
                           {"raw_logprob", token.log_probability}};
    json::object range{{"start", at}, {"end", end}};
    json::object one;
    one["generatedToken"] = std::move(generated);
    one["topTokens"] = nullptr;
    one["textRange"] = std::move(range);
    out.push_back(std::move(one));
    at = end;
  }
  return out;
}

json::object finish_reason(const GenerationReply& reply) {
  if (is_cut_off(reply.end.reason)) {
    return {{"reason", "length"}, {"length", reply.tokens.size()}};
  }
  if (reply.end.reason == StopReason::kStopSequence) {
    return {{"reason", "stop"}, {"sequence", reply.end.stop_sequence}};
  }
  return {{"reason", "endoftext"}};
}

json::object completion(const GenerationReply& reply) {
  const std::string text = reply.text();
  json::object data;
  data["text"] = text;
  data["tokens"] = tokens_json(reply.tokens, count_characters(text));
  json::object out;
  out["data"] = std::move(data);
  out["finishReason"] = finish_reason(reply);
  return out;
}

json::object whole_reply(const GenerationReply& reply, const ReplyContext& context) {
  json::object prompt{{"text", ""}};
  if (context.body != nullptr && context.body->contains("prompt")) {
    prompt["text"] = context.body->at("prompt");
  }
  // Not every engine tells; none are made up.
  const std::size_t prompt_length =
      prompt.at("text").is_string() ? count_characters(prompt.at("text").get_string()) : 0;
  prompt["tokens"] = tokens_json(reply.prompt_tokens, prompt_length);
  json::array completions;
  completions.push_back(completion(reply));
  for (const GenerationReply& further : reply.alternatives) {
    completions.push_back(completion(further));
  }
  json::object out{{"id", kReplyId}};
  out["prompt"] = std::move(prompt);
  out["completions"] = std::move(completions);
  return out;
}

/// These models have no stream on AWS; where an operator's own has one, it is the whole in a chunk.
class JurassicChunks final : public ChunkRenderer {
 public:
  explicit JurassicChunks(const ReplyContext& context) : context_(context) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    append(reply_, event);
    if (std::holds_alternative<GenerationEnd>(event)) {
      chunks.push_back(whole_reply(reply_, context_));
    }
  }

 private:
  ReplyContext context_;
  GenerationReply reply_;
};

/// A penalty's scale; nothing when it is absent or 0. Engines penalise every token alike.
std::optional<double> read_penalty(BodyReader& body, const char* key, double max) {
  const json::object* object = body.object(key);
  if (object == nullptr) return std::nullopt;
  BodyReader reader(*object, body.pointer_to(key), body.violations());
  reader.require("scale");
  const double scale = reader.number("scale", 0, max).value_or(0);
  bool spares = false;
  for (const char* name : kPenaltySwitches) spares |= !reader.boolean(name).value_or(true);
  reader.refuse_extraneous();
  if (scale == 0) return std::nullopt;
  if (spares) {
    throw errors::validation(fmt::format(
        "{}: the engine penalises all tokens alike. Leave its applyTo switches at true.", key));
  }
  return scale;
}

void read_penalties(BodyReader& reader, SamplingParameters& sampling) {
  if (const auto scale = read_penalty(reader, "presencePenalty", 5)) {
    sampling.presence_penalty = scale;
  }
  // AI21's count penalty grows with each appearance: what engines call frequency.
  if (const auto scale = read_penalty(reader, "countPenalty", 1)) {
    sampling.frequency_penalty = scale;
  }
  if (read_penalty(reader, "frequencyPenalty", 500)) {
    throw errors::validation(
        "frequencyPenalty: the engine has no penalty that is normalised to the text's length. Use "
        "countPenalty, which grows with the number of appearances.");
  }
}

class Jurassic2 final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.5;
    sampling.top_p = 0.5;
    sampling.max_tokens = kTokensDefault;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    read_penalties(reader, request.sampling);
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    return whole_reply(reply, context);
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<JurassicChunks>(context);
  }
};

GenerationRequest Jurassic2::parse(const json::object& body, const CatalogueModel& model,
                                   bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("prompt");
  const auto prompt = reader.filled_string("prompt");
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  const std::int64_t most = model.max_output_tokens > 0 ? model.max_output_tokens : kTokensMax;
  if (const auto value = reader.integer("maxTokens", 1, most)) sampling.max_tokens = value;
  if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
  if (const auto value = reader.number("topP", 0, 1)) sampling.top_p = value;
  sampling.stop_sequences = reader.filled_strings("stopSequences", kStopSequencesMax);
  const auto results = reader.integer("numResults", 1, stream ? 1 : kResultsMax);
  // AI21's API has these; no engine does.
  reader.integer("minTokens", 0, 0);
  reader.integer("topKReturn", 0, 0);
  read_penalties(reader, sampling);
  reader.refuse_extraneous();
  violations.throw_if_any();
  request.replies = static_cast<int>(results.value_or(1));
  request.token_probabilities = true;
  request.prompt_probabilities = true;
  request.prompt = Conversation{.messages = {{Role::kUser, {TextBlock{*prompt}}}}};
  return request;
}

}  // namespace

const Family& ai21_j2() {
  static const Jurassic2 family;
  return family;
}

}  // namespace bedplate::inference
