// Meta Llama 2, 3 and 3.x: one raw prompt in the model's own template. Facts: recorded traffic.
#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/families.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kGenLenMax = 2048;
constexpr std::int64_t kGenLenDefault = 512;

const char* stop_reason_name(StopReason reason) {
  const bool cut = reason == StopReason::kMaxTokens || reason == StopReason::kContextWindowExceeded;
  return cut ? "length" : "stop";
}

class LlamaChunks final : public ChunkRenderer {
 public:
  void render(const GenerationEvent& event, std::vector<json::object>& chunks) override {
    if (const auto* start = std::get_if<GenerationStart>(&event)) {
      if (start->input_tokens) prompt_tokens_ = *start->input_tokens;
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      // An engine's delta is one token, but for characters that several tokens make up.
      ++generated_;
      chunks.push_back(chunk(delta->text, generated_, nullptr));
    } else if (const auto* end = std::get_if<GenerationEnd>(&event)) {
      prompt_tokens_ = chunks_sent_ == 0 ? json::value(end->usage.input_tokens) : prompt_tokens_;
      chunks.push_back(chunk("", end->usage.output_tokens, stop_reason_name(end->reason)));
    }
  }

 private:
  json::object chunk(std::string_view text, std::int64_t generated, json::value stop_reason) {
    const bool first = chunks_sent_++ == 0;
    return {{"generation", text},
            {"prompt_token_count", first ? prompt_tokens_ : json::value(nullptr)},
            {"generation_token_count", generated},
            {"stop_reason", std::move(stop_reason)}};
  }

  json::value prompt_tokens_;
  std::int64_t generated_ = 0;
  std::int64_t chunks_sent_ = 0;
};

class MetaLlama final : public Family {
 public:
  SamplingParameters defaults() const override {
    SamplingParameters sampling;
    sampling.temperature = 0.5;
    sampling.top_p = 0.9;
    return sampling;
  }

  GenerationRequest parse(const json::object& body, const CatalogueModel&, bool) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    reader.require("prompt");
    GenerationRequest request;
    request.sampling = defaults();
    request.sampling.max_tokens =
        reader.integer("max_gen_len", 1, kGenLenMax).value_or(kGenLenDefault);
    if (const auto value = reader.number("temperature", 0, 1)) request.sampling.temperature = value;
    if (const auto value = reader.number("top_p", 0, 1)) request.sampling.top_p = value;
    const auto prompt = reader.string("prompt");
    if (prompt && prompt->empty()) {
      violations.add("#/prompt", "expected minLength: 1, actual: 0");
    }
    if (reader.any("images") != nullptr) {
      throw errors::not_implemented("'images' in Meta Llama bodies");
    }
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.prompt = RawPrompt{*prompt};
    return request;
  }

  json::object render(const GenerationReply& reply, const ReplyContext&) const override {
    return {{"generation", reply.text()},
            {"prompt_token_count", reply.end.usage.input_tokens},
            {"generation_token_count", reply.end.usage.output_tokens},
            {"stop_reason", stop_reason_name(reply.end.reason)}};
  }

  std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext&) const override {
    return std::make_unique<LlamaChunks>();
  }
};

}  // namespace

const Family& meta_llama() {
  static const MetaLlama family;
  return family;
}

}  // namespace bedplate::inference
