#include "inference/embedding.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "inference/engine.hpp"

namespace bedplate::inference {

double cosine_similarity(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, length_a = 0, length_b = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    length_a += static_cast<double>(a[i]) * a[i];
    length_b += static_cast<double>(b[i]) * b[i];
  }
  const double lengths = std::sqrt(length_a) * std::sqrt(length_b);
  return lengths > 0 ? std::clamp(product / lengths, -1.0, 1.0) : 0;
}

Task<RerankReply> rank_by_similarity(Engine& engine, RerankRequest request) {
  EmbeddingRequest texts;
  texts.claim = request.claim;
  texts.texts = std::move(request.documents);
  texts.texts.push_back(std::move(request.query));
  EmbeddingReply embedded = co_await engine.embed(std::move(texts));
  const std::vector<float> query = std::move(embedded.vectors.back());
  embedded.vectors.pop_back();
  RerankReply reply;
  reply.input_tokens = embedded.input_tokens;
  for (const std::vector<float>& document : embedded.vectors) {
    reply.scores.push_back(std::max(0.0, cosine_similarity(document, query)));
  }
  co_return reply;
}

}  // namespace bedplate::inference
