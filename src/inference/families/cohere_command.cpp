// Cohere Command and Command Light: Cohere's Generate API. Facts: AWS's guide, page
// model-parameters-cohere-command, and recorded traffic.
#include <algorithm>

#include "base/api_error.hpp"
#include "base/ids.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensDefault = 20;
constexpr std::int64_t kTokensMax = 4096;
constexpr std::int64_t kTopKMax = 500;
constexpr std::int64_t kGenerationsMax = 5;
constexpr double kTemperatureMax = 5;
constexpr std::size_t kStopSequencesMax = 4;

const char* finish_reason(StopReason reason) {
  return is_cut_off(reason) ? "MAX_TOKENS" : "COMPLETE";
}

/// The tokens with their log-probabilities, and the mean of these.
void add_likelihoods(json::object& generation, const std::vector<TokenProbability>& tokens) {
  json::array each;
  double sum = 0;
  for (const TokenProbability& token : tokens) {
    each.push_back({{"token", token.text}, {"likelihood", token.log_probability}});
    sum += token.log_probability;
  }
  generation["likelihood"] = each.empty() ? 0.0 : sum / static_cast<double>(each.size());
  generation["token_likelihoods"] = std::move(each);
}

json::object generation_json(const GenerationReply& reply, bool likelihoods) {
  json::object generation{{"id", random_uuid()},
                          {"text", reply.text()},
                          {"finish_reason", finish_reason(reply.end.reason)}};
  if (likelihoods) add_likelihoods(generation, reply.tokens);
  return generation;
}

/// What a request asked for, as far as its reply shows it.
struct Asked {
  explicit Asked(const ReplyContext& context) : request_id(context.request_id) {
    if (context.body == nullptr) return;
    if (const json::value* text = context.body->if_contains("prompt")) {
      if (text->is_string()) prompt = text->as_string();
    }
    if (const json::value* flag = context.body->if_contains("stream")) {
      stream = flag->is_bool() && flag->as_bool();
    }
    if (const json::value* which = context.body->if_contains("return_likelihoods")) {
      likelihoods = which->is_string() && which->as_string() == "GENERATION";
    }
    if (const json::value* count = context.body->if_contains("num_generations")) {
      several = count->is_int64() && count->as_int64() > 1;
    }
  }

  std::string request_id;
  std::string prompt;
  bool stream = false;
  bool likelihoods = false;
  bool several = false;
};

json::object whole_reply(const GenerationReply& reply, const Asked& asked) {
  json::array generations;
  generations.push_back(generation_json(reply, asked.likelihoods));
  for (const GenerationReply& further : reply.alternatives) {
    generations.push_back(generation_json(further, asked.likelihoods));
  }
  return {
      {"id", asked.request_id}, {"generations", std::move(generations)}, {"prompt", asked.prompt}};
}

/// Recorded: a stream whose body does not say `"stream": true` is the whole reply in one chunk. Of
/// several generations each piece tells its own by `index`; one chunk ends them all.
class CommandChunks final : public ChunkRenderer {
 public:
  explicit CommandChunks(Asked asked) : asked_(std::move(asked)) {}

  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    append(reply_, event);
    if (const auto* delta = std::get_if<TextDelta>(&event); delta && asked_.stream) {
      json::object chunk{{"text", delta->text}, {"is_finished", false}};
      if (asked_.several) chunk["index"] = reply_.alternatives.size();
      chunks.push_back(std::move(chunk));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event); end && !end->followed) {
      if (asked_.stream) {
        chunks.push_back({{"is_finished", true}, {"finish_reason", finish_reason(end->reason)}});
      } else {
        chunks.push_back(whole_reply(reply_, asked_));
      }
    }
  }

 private:
  Asked asked_;
  GenerationReply reply_;
};

/// 0 and 1 both switch top p off.
double top_p_of(double p) {
  return p == 0 ? 1.0 : p;
}

void refuse_unhonoured(BodyReader& reader, bool stream) {
  if (reader.one_of("return_likelihoods", {"GENERATION", "ALL", "NONE"}) == "ALL") {
    throw errors::validation(
        "return_likelihoods: the engine does not report the likelihoods of a prompt's tokens. Use "
        "'GENERATION' or 'NONE'.");
  }
  if (const json::object* bias = reader.object("logit_bias"); bias && !bias->empty()) {
    throw errors::validation(
        "logit_bias: its token ids are those of Cohere's own vocabulary, which the weights that "
        "serve this model do not have. Remove logit_bias and try again.");
  }
  if (reader.boolean("stream").value_or(false) && !stream) {
    throw errors::validation(
        "'stream' must be false or absent for InvokeModel. Use InvokeModelWithResponseStream.");
  }
}

class CohereCommand final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.9;
    sampling.top_p = 0.75;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel&,
                          bool stream) const override;

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    if (const auto value = reader.integer("k", 0, kTopKMax)) request.sampling.top_k = value;
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext& context) const override {
    return whole_reply(reply, Asked(context));
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const override {
    return std::make_unique<CommandChunks>(Asked(context));
  }
};

GenerationRequest CohereCommand::parse(const json::object& body, const CatalogueModel&,
                                       bool stream) const {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  reader.require("prompt");
  const auto prompt = reader.filled_string("prompt");
  GenerationRequest request;
  request.sampling = defaults();
  SamplingParameters& sampling = request.sampling;
  sampling.max_tokens = reader.integer("max_tokens", 1, kTokensMax).value_or(kTokensDefault);
  if (const auto value = reader.number("temperature", 0, kTemperatureMax)) {
    sampling.temperature = value;
  }
  if (const auto value = reader.number("p", 0, 1)) sampling.top_p = top_p_of(*value);
  if (const auto value = reader.integer("k", 0, kTopKMax)) sampling.top_k = value;
  sampling.stop_sequences = reader.filled_strings("stop_sequences", kStopSequencesMax);
  // A prompt that is too long is refused, whichever end of it might be cut off.
  reader.one_of("truncate", {"NONE", "START", "END"});
  const auto generations = reader.integer("num_generations", 1, kGenerationsMax).value_or(1);
  refuse_unhonoured(reader, stream);
  reader.refuse_extraneous();
  violations.throw_if_any();
  request.replies = static_cast<int>(generations);
  request.token_probabilities =
      body.contains("return_likelihoods") && body.at("return_likelihoods") == "GENERATION";
  request.prompt = Conversation{.messages = {{Role::kUser, {TextBlock{*prompt}}}}};
  return request;
}

}  // namespace

const Family& cohere_command() {
  static const CohereCommand family;
  return family;
}

}  // namespace bedplate::inference
