// Which models Bedrock offers: the data file data/catalog/models.json, built into the binary.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace bedplate::inference {

/// What a model can do on AWS. A request for more is refused in AWS's words, whatever the weights
/// bound to the id could do. What the data leaves open is allowed.
struct ModelFeatures {
  bool converse = true;
  bool converse_stream = true;
  bool system_prompts = true;
  bool stop_sequences = true;
  bool tool_use = false;
  bool streaming_tool_use = true;
  bool images = false;
  bool documents = true;
  bool reasoning = false;
  bool prompt_caching = false;
  bool count_tokens = true;
};

/// What an embedding model promises on AWS.
struct EmbeddingFacts {
  std::vector<std::int64_t> dimensions;  ///< the lengths on offer; empty: not known
  std::int64_t default_dimensions = 0;   ///< 0: not known
  std::int64_t text_tokens_max = 0;      ///< of one text; 0: not known
  std::int64_t texts_max = 1;            ///< of one request
};

/// One foundation model. Field meanings and sources: data/catalog/README.md.
struct CatalogueModel {
  std::string id;
  std::string name;
  std::string provider;
  std::vector<std::string> input_modalities;
  std::vector<std::string> output_modalities;
  bool response_streaming = false;
  std::vector<std::string> customizations;
  std::vector<std::string> inference_types;    ///< ON_DEMAND, PROVISIONED, INFERENCE_PROFILE
  std::vector<std::string> on_demand_regions;  ///< where the bare id works
  std::string alias_of;   ///< a spelling found in documents: accepted, but not listed
  std::string lifecycle;  ///< ACTIVE or LEGACY
  std::optional<Timestamp> start_of_life_time;
  std::optional<Timestamp> legacy_time;
  std::optional<Timestamp> public_extended_access_time;
  std::optional<Timestamp> end_of_life_time;
  std::string family;                      ///< key of its native body, see families/
  std::int64_t context_window_tokens = 0;  ///< 0: not known
  std::int64_t max_output_tokens = 0;      ///< 0: not known
  ModelFeatures features;
  std::int64_t prompt_cache_min_tokens = 0;  ///< of a cache point's prefix; 0: not known
  EmbeddingFacts embedding;                  ///< of an embedding model
  std::optional<double> input_usd_per_1k_tokens;
  std::optional<double> output_usd_per_1k_tokens;
  std::optional<double> cache_read_usd_per_1k_tokens;
  std::optional<double> cache_write_usd_per_1k_tokens;
  std::optional<double> usd_per_image;
  std::optional<double> usd_per_query;

  bool has_inference_type(std::string_view type) const;
  /// False when the model is to be had only through an inference profile there.
  bool is_on_demand_in(std::string_view region) const;
  /// A retired model's cap is not enforced: programs written for it name any number.
  bool enforces_max_output() const { return max_output_tokens > 0 && lifecycle == "ACTIVE"; }
  bool outputs(std::string_view modality) const;
  bool accepts(std::string_view modality) const;
};

/// A cross-region inference profile that AWS defines.
struct InferenceProfile {
  std::string id;
  std::string name;
  std::string description;
  std::vector<std::string> model_ids;
  std::vector<std::string> regions;  ///< where a request is served, as a rule
  std::map<std::string, std::vector<std::string>, std::less<>> routes;  ///< by source, exceptions
  std::vector<std::string> source_regions;                              ///< where it may come from

  /// Where a request from `source` may be served.
  const std::vector<std::string>& destinations(std::string_view source) const;
};

class ModelCatalogue {
 public:
  /// Parses the built-in data. Throws std::runtime_error naming what is wrong with it.
  static ModelCatalogue built_in();
  static ModelCatalogue parse(std::string_view models_json, std::string_view profiles_json);

  /// Adds a model of the operator's own, or replaces one.
  void add(CatalogueModel model);

  const CatalogueModel* find(std::string_view id) const;
  const InferenceProfile* find_profile(std::string_view id) const;
  /// Sorted by id.
  const std::vector<CatalogueModel>& models() const { return models_; }
  const std::vector<InferenceProfile>& profiles() const { return profiles_; }

 private:
  std::vector<CatalogueModel> models_;
  std::vector<InferenceProfile> profiles_;
};

/// A model that is bound but that AWS does not know: its family and limits are guessed from its id.
CatalogueModel guess_model(const std::string& id);

}  // namespace bedplate::inference
