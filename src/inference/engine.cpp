#include "inference/engine.hpp"

namespace bedplate::inference {

namespace {

/// One of several replies on their way into one sink.
class InTurn final : public GenerationSink {
 public:
  /// `output_tokens`: of the replies before; grows by this one's.
  InTurn(GenerationSink& next, bool last, std::int64_t& output_tokens)
      : next_(next), last_(last), output_tokens_(output_tokens) {}

  Task<> on_event(GenerationEvent event) override {
    if (auto* end = std::get_if<GenerationEnd>(&event)) {
      output_tokens_ += end->usage.output_tokens;
      end->followed = !last_;
      if (last_) end->usage.output_tokens = output_tokens_;
    }
    return next_.on_event(std::move(event));
  }

 private:
  GenerationSink& next_;
  const bool last_;
  std::int64_t& output_tokens_;
};

}  // namespace

Task<> generate_in_turn(Generate generate, GenerationRequest request, GenerationSink& sink) {
  std::int64_t output_tokens = 0;
  for (int left = request.replies; left > 1; --left) {
    InTurn one(sink, false, output_tokens);
    co_await generate(request, one);
    if (request.sampling.seed) ++*request.sampling.seed;
    request.prompt_probabilities = false;  // told once
  }
  InTurn last(sink, true, output_tokens);
  co_await generate(std::move(request), last);  // it may be megabytes
}

Task<GenerationReply> collect(Generate generate, GenerationRequest request) {
  Collector collector;
  co_await generate_in_turn(std::move(generate), std::move(request), collector);
  co_return std::move(collector.reply);
}

Task<EmbeddingReply> Engine::embed(EmbeddingRequest) {
  throw EngineError(EngineError::Kind::kInvalidRequest,
                    "The engine that serves this model does not embed.");
  co_return EmbeddingReply();
}

Task<RerankReply> Engine::rerank(RerankRequest) {
  throw EngineError(EngineError::Kind::kInvalidRequest,
                    "The engine that serves this model does not rerank.");
  co_return RerankReply();
}

Task<NativeReply> Engine::invoke(NativeRequest) {
  throw EngineError(EngineError::Kind::kInvalidRequest,
                    "The engine that serves this model takes no native bodies.");
  co_return NativeReply();
}

Task<ImageReply> Engine::make_images(ImageRequest) {
  throw EngineError(EngineError::Kind::kInvalidRequest,
                    "The engine that serves this model makes no images.");
  co_return ImageReply();
}

Task<GenerationReply> collect(Engine& engine, GenerationRequest request) {
  return collect([&engine](GenerationRequest each,
                           GenerationSink& sink) { return engine.generate(std::move(each), sink); },
                 std::move(request));
}

}  // namespace bedplate::inference
