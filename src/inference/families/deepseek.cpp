// DeepSeek R1: one raw prompt in the model's own template. Facts: AWS's guide, page
// model-parameters-deepseek.
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 32'768;
constexpr std::size_t kStopSequencesMax = 10;

json::object choice(std::string_view text, json::value stop_reason) {
  json::object one{{"text", text}, {"stop_reason", std::move(stop_reason)}};
  json::array choices;
  choices.push_back(std::move(one));
  json::object body;
  body["choices"] = std::move(choices);
  return body;
}

const char* stop_reason_name(StopReason reason) {
  return is_cut_off(reason) ? "length" : "stop";
}

class DeepSeekChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back(choice(delta->text, nullptr));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      chunks.push_back(choice("", stop_reason_name(end->reason)));
    }
  }
};

class DeepSeek final : public Family {
 public:
  /// The guide names none; these leave the model's distribution as it is.
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 1.0;
    sampling.top_p = 1.0;
    return sampling;
  }

  /// A raw prompt says itself whether the model thinks; in Converse it always does.
  void prepare_converse(GenerationRequest& request) const override {
    request.reasoning.enabled = true;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel&, bool) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    reader.require("prompt");
    const auto prompt = reader.filled_string("prompt");
    GenerationRequest request;
    request.sampling = defaults();
    SamplingParameters& sampling = request.sampling;
    sampling.max_tokens = reader.integer("max_tokens", 1, kTokensMax);
    if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
    if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
    sampling.stop_sequences = reader.filled_strings("stop", kStopSequencesMax);
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.prompt = RawPrompt{*prompt};
    return request;
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    return choice(reply.text(), stop_reason_name(reply.end.reason));
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<DeepSeekChunks>();
  }
};

}  // namespace

const Family& deepseek() {
  static const DeepSeek family;
  return family;
}

}  // namespace bedplate::inference
