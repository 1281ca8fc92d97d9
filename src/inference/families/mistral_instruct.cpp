// Mistral's text completion: one raw prompt, "<s>[INST] … [/INST]". Facts: AWS's guide, page
// model-parameters-mistral-text-completion, and recorded traffic.
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kTokensMax = 8192;
constexpr std::int64_t kTopKMax = 200;
constexpr std::size_t kStopSequencesMax = 10;

/// Mistral 7B and Mixtral; Large and Small have other defaults.
bool is_open_model(const CatalogueModel& model) {
  return model.id.find("mistral-7b") != std::string::npos ||
         model.id.find("mixtral") != std::string::npos;
}

json::object output(std::string_view text, json::value stop_reason) {
  json::object one{{"text", text}, {"stop_reason", std::move(stop_reason)}};
  json::array outputs;
  outputs.push_back(std::move(one));
  json::object body;
  body["outputs"] = std::move(outputs);
  return body;
}

const char* stop_reason_name(StopReason reason) {
  return is_cut_off(reason) ? "length" : "stop";
}

class MistralChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* delta = std::get_if<TextDelta>(&event)) {
      chunks.push_back(output(delta->text, nullptr));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      chunks.push_back(output("", stop_reason_name(end->reason)));
    }
  }
};

class MistralInstruct final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.7;
    sampling.top_p = 1.0;
    sampling.max_tokens = kTokensMax;
    return sampling;
  }

  SamplingParameters defaults_of(const CatalogueModel& model) const override {
    SamplingParameters sampling = defaults();
    if (!is_open_model(model)) return sampling;
    sampling.temperature = 0.5;
    sampling.top_p = 0.9;
    sampling.top_k = 50;
    sampling.max_tokens = 512;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel& model,
                          bool) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    reader.require("prompt");
    const auto prompt = reader.filled_string("prompt");
    GenerationRequest request;
    request.sampling = defaults_of(model);
    SamplingParameters& sampling = request.sampling;
    const std::int64_t most = model.max_output_tokens > 0 ? model.max_output_tokens : kTokensMax;
    if (const auto value = reader.integer("max_tokens", 1, most)) sampling.max_tokens = value;
    if (const auto value = reader.number("temperature", 0, 1)) sampling.temperature = value;
    if (const auto value = reader.number("top_p", 0, 1)) sampling.top_p = value;
    if (const auto value = reader.integer("top_k", 1, kTopKMax)) sampling.top_k = value;
    sampling.stop_sequences = reader.filled_strings("stop", kStopSequencesMax);
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.prompt = RawPrompt{*prompt};
    return request;
  }

  void read_additional_fields(const json::object& fields,
                              GenerationRequest& request) const override {
    BodyViolations violations;
    BodyReader reader(fields, "#", violations);
    if (const auto value = reader.integer("top_k", 1, kTopKMax)) request.sampling.top_k = value;
    reader.refuse_extraneous();
    violations.throw_if_any(kModelErrorPrefix);
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    return output(reply.text(), stop_reason_name(reply.end.reason));
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<MistralChunks>();
  }
};

}  // namespace

const Family& mistral_instruct() {
  static const MistralInstruct family;
  return family;
}

}  // namespace bedplate::inference
