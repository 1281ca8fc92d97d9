#include "inference/families/embedding_family.hpp"

namespace bedplate::inference {

ApiError EmbeddingFamily::too_long(const EngineError&) const {
  return errors::validation("Input is too long for requested model.");
}

const EmbeddingFamily* find_embedding_family(std::string_view key) {
  if (key == "titan-embed-text") return &titan_embed_text();
  if (key == "titan-embed-image") return &titan_embed_image();
  if (key == "cohere-embed") return &cohere_embed();
  if (key == "nova-embed") return &nova_embed();
  if (key == "twelvelabs-embed") return &twelvelabs_embed();
  return nullptr;
}

const RerankFamily* find_rerank_family(std::string_view key) {
  if (key == "amazon-rerank") return &amazon_rerank();
  if (key == "cohere-rerank") return &cohere_rerank();
  return nullptr;
}

}  // namespace bedplate::inference
