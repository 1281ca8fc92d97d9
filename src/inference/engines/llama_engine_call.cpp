// LlamaEngine: embeddings and rankings, which are answered as a whole.
#include "inference/engines/embedding_call.hpp"
#include "inference/engines/llama_engine.hpp"
#include "inference/engines/rerank_call.hpp"

namespace bedplate::inference {

Task<EmbeddingReply> LlamaEngine::embed(EmbeddingRequest request) {
  SlotClaim claim = request.claim;
  EmbeddingCall embedding(std::move(request));
  co_await call(embedding, LlamaTask::kEmbed, std::move(claim));
  co_return embedding.take_reply();
}

Task<RerankReply> LlamaEngine::rerank(RerankRequest request) {
  RerankCall ranking(request);
  co_await call(ranking, LlamaTask::kRank, request.claim);
  if (ranking.answered()) co_return ranking.take_reply();
  co_return co_await rank_by_similarity(*this, std::move(request));
}

}  // namespace bedplate::inference
