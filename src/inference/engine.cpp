#include "inference/engine.hpp"

namespace bedplate::inference {

Task<GenerationReply> collect(Generate generate, GenerationRequest request) {
  Collector collector;
  if (request.replies == 1) {
    co_await generate(std::move(request), collector);  // it may be megabytes
    co_return std::move(collector.reply);
  }
  co_await generate(request, collector);
  GenerationReply reply = std::move(collector.reply);
  for (int i = 1; i < request.replies; ++i) {
    if (request.sampling.seed) ++*request.sampling.seed;
    Collector further;
    co_await generate(request, further);
    reply.end.usage.output_tokens += further.reply.end.usage.output_tokens;
    reply.alternatives.push_back(std::move(further.reply));
  }
  co_return reply;
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
