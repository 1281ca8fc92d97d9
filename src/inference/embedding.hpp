// What embedding and reranking ask of an engine, whatever the provider's body looked like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "async/slot_claim.hpp"
#include "async/task.hpp"

namespace bedplate::inference {

class Engine;

/// What becomes of a text that is longer than `tokens_max`.
enum class LongText { kRefuse, kDropStart, kDropEnd };

struct EmbeddingRequest {
  std::string model_id;  ///< of the catalogue, for engines that serve several
  std::vector<std::string> texts;
  /// The longest text, in tokens of the weights, their marks ([CLS], [SEP], …) included; 0: any.
  /// A text that keeps to it but is longer than the weights read at once is embedded in windows,
  /// whose vectors are averaged (docs/embeddings.md).
  std::int64_t tokens_max = 0;
  LongText long_text = LongText::kRefuse;
  /// Shorten at a character's border and report it, instead of at a token's.
  bool cut_at_characters = false;
  /// How long the vectors are to be, for engines whose models offer several lengths; 0: theirs.
  std::int64_t dimensions = 0;
  SlotClaim claim;  ///< see ResolvedModel
};

struct EmbeddingReply {
  /// One for each text, in order, as the weights pool them. Only a remote engine that cannot be
  /// asked for that gives normalised ones.
  std::vector<std::vector<float>> vectors;
  std::int64_t input_tokens = 0;  ///< of all texts, as the engine counts them
  /// With `cut_at_characters`, for each text: how many characters were kept, if some were not.
  std::vector<std::optional<std::int64_t>> cut_at_characters;
};

/// A body of InvokeModel for a model that embeds or ranks, as the client sent it.
struct NativeRequest {
  std::string model_id;  ///< of the catalogue
  std::string body;      ///< a JSON object
  SlotClaim claim;       ///< see ResolvedModel
};

struct NativeReply {
  std::string body;                          ///< a JSON object, to be handed on as it is
  std::optional<std::int64_t> input_tokens;  ///< where the engine tells
};

struct RerankRequest {
  std::string query;
  std::vector<std::string> documents;
  SlotClaim claim;  ///< see ResolvedModel
};

struct RerankReply {
  std::vector<double> scores;  ///< one for each document, in order; 0 to 1
  std::int64_t input_tokens = 0;
};

/// How near two vectors point, from -1 to 1; 0 when one of them has no direction.
double cosine_similarity(const std::vector<float>& a, const std::vector<float>& b);

/// Ranks with an engine that embeds but has no reranker: a document's score is the cosine
/// similarity of its vector with the query's, and 0 when that is negative. Throws as embed().
Task<RerankReply> rank_by_similarity(Engine& engine, RerankRequest request);

}  // namespace bedplate::inference
