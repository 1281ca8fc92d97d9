// Families whose native body asks for vectors or for a ranking, not for a generation: beside
// Family, and as ignorant of engines.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/embedding.hpp"
#include "inference/engine.hpp"
#include "inference/families/family.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

/// One body that was read and found good.
class EmbeddingBody {
 public:
  virtual ~EmbeddingBody() = default;
  virtual EmbeddingRequest request() const = 0;
  virtual boost::json::object render(EmbeddingReply reply, const ReplyContext& context) const = 0;
};

class EmbeddingFamily {
 public:
  virtual ~EmbeddingFamily() = default;
  /// Reads and validates a body. Throws ApiError with the family's own texts.
  virtual std::unique_ptr<EmbeddingBody> parse(const boost::json::object& body,
                                               const CatalogueModel& model) const = 0;
  /// What the family says of a text that is too long; by default Bedrock's own words.
  virtual ApiError too_long(const EngineError& failure) const;
};

class RerankBody {
 public:
  virtual ~RerankBody() = default;
  virtual RerankRequest request() const = 0;
  virtual boost::json::object render(RerankReply reply) const = 0;
};

class RerankFamily {
 public:
  virtual ~RerankFamily() = default;
  virtual std::unique_ptr<RerankBody> parse(const boost::json::object& body) const = 0;
};

/// The family of that key (`family` in the catalogue); nullptr when it is none of these.
const EmbeddingFamily* find_embedding_family(std::string_view key);
const RerankFamily* find_rerank_family(std::string_view key);

const EmbeddingFamily& titan_embed_text();
const EmbeddingFamily& titan_embed_image();
const EmbeddingFamily& cohere_embed();
const EmbeddingFamily& nova_embed();
const EmbeddingFamily& twelvelabs_embed();
const RerankFamily& amazon_rerank();
const RerankFamily& cohere_rerank();

}  // namespace bedplate::inference
