// Texts and their vectors in the native bodies of InvokeModel, for an upstream that knows no other
// words for them. Facts: as for our own families (families/titan_embed.cpp, cohere_embed.cpp,
// nova_embed.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inference/embedding.hpp"

namespace bedplate::inference {

/// How one model wants to be asked.
class NativeVectors {
 public:
  /// A body, and how many of the request's texts it holds.
  struct Part {
    std::string body;
    std::size_t texts = 1;
  };

  /// By the upstream's id; where that does not tell (an ARN of the account's own), by ours. Throws
  /// EngineError (kInvalidRequest) for a model that embeds no texts.
  NativeVectors(std::string_view upstream_id, std::string_view model_id);

  /// The bodies that together hold the request's texts, in order.
  std::vector<Part> parts_of(const EmbeddingRequest& request) const;

 private:
  enum class Words { kTitanText, kTitanTextV2, kTitanImage, kCohere, kCohereV4, kNova };

  std::string body_of(const EmbeddingRequest& request, std::size_t first, std::size_t count) const;

  Words words_ = Words::kTitanText;
};

/// The vectors of an answer to a body with `texts` texts. Throws EngineError (kFailed) when there
/// are not as many.
std::vector<std::vector<float>> read_native_vectors(std::string_view answer, std::size_t texts);

}  // namespace bedplate::inference
