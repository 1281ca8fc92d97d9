#include "inference/model_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "inference/embedded_data.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

std::string text_or_empty(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::int64_t integer_or_zero(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

std::vector<std::string> texts(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return out;
  for (const json::value& item : value->get_array()) out.emplace_back(item.as_string());
  return out;
}

void read_flag(const json::object& object, std::string_view key, bool& flag) {
  const json::value* value = object.if_contains(key);
  if (value != nullptr && value->is_bool()) flag = value->get_bool();
}

ModelFeatures read_features(const json::object& object) {
  ModelFeatures features;
  read_flag(object, "converse", features.converse);
  read_flag(object, "converseStream", features.converse_stream);
  read_flag(object, "systemPrompts", features.system_prompts);
  read_flag(object, "stopSequences", features.stop_sequences);
  read_flag(object, "toolUse", features.tool_use);
  read_flag(object, "streamingToolUse", features.streaming_tool_use);
  read_flag(object, "images", features.images);
  read_flag(object, "documents", features.documents);
  read_flag(object, "reasoning", features.reasoning);
  read_flag(object, "promptCaching", features.prompt_caching);
  read_flag(object, "countTokens", features.count_tokens);
  return features;
}

EmbeddingFacts read_embedding(const json::object& object) {
  EmbeddingFacts facts;
  const json::value* lengths = object.if_contains("dimensions");
  if (lengths != nullptr && lengths->is_array()) {
    for (const json::value& length : lengths->get_array()) {
      facts.dimensions.push_back(length.to_number<std::int64_t>());
    }
  }
  facts.default_dimensions = integer_or_zero(object, "defaultDimensions");
  facts.text_tokens_max = integer_or_zero(object, "maxInputTokens");
  facts.texts_max = std::max<std::int64_t>(1, integer_or_zero(object, "maxInputsPerRequest"));
  return facts;
}

std::optional<double> price(const json::object& model, std::string_view key) {
  const json::value* prices = model.if_contains("price");
  if (prices == nullptr || !prices->is_object()) return std::nullopt;
  const json::value* value = prices->get_object().if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

CatalogueModel read_model(const json::object& object) {
  CatalogueModel model;
  model.id = text_or_empty(object, "modelId");
  if (model.id.empty()) throw std::runtime_error("a model without modelId");
  model.name = text_or_empty(object, "modelName");
  model.provider = text_or_empty(object, "providerName");
  model.input_modalities = texts(object, "inputModalities");
  model.output_modalities = texts(object, "outputModalities");
  read_flag(object, "responseStreamingSupported", model.response_streaming);
  model.customizations = texts(object, "customizationsSupported");
  model.inference_types = texts(object, "inferenceTypesSupported");
  model.on_demand_regions = texts(object, "onDemandRegions");
  model.alias_of = text_or_empty(object, "aliasOf");
  model.family = text_or_empty(object, "family");
  model.context_window_tokens = integer_or_zero(object, "contextWindowTokens");
  model.max_output_tokens = integer_or_zero(object, "maxOutputTokens");
  model.input_usd_per_1k_tokens = price(object, "inputPer1kTokensUsd");
  model.output_usd_per_1k_tokens = price(object, "outputPer1kTokensUsd");
  model.cache_read_usd_per_1k_tokens = price(object, "cacheReadPer1kTokensUsd");
  model.cache_write_usd_per_1k_tokens = price(object, "cacheWritePer1kTokensUsd");
  model.usd_per_image = price(object, "perImageUsd");
  model.usd_per_query = price(object, "perQueryUsd");
  if (const json::value* lifecycle = object.if_contains("modelLifecycle")) {
    const json::object& times = lifecycle->as_object();
    model.lifecycle = text_or_empty(times, "status");
    model.start_of_life_time = parse_iso8601_s(text_or_empty(times, "startOfLifeTime"));
    model.legacy_time = parse_iso8601_s(text_or_empty(times, "legacyTime"));
    model.public_extended_access_time =
        parse_iso8601_s(text_or_empty(times, "publicExtendedAccessTime"));
    model.end_of_life_time = parse_iso8601_s(text_or_empty(times, "endOfLifeTime"));
  }
  if (const json::value* cache = object.if_contains("promptCache"); cache && cache->is_object()) {
    const json::value* tokens_min = cache->as_object().if_contains("minTokensPerCheckpoint");
    if (tokens_min && tokens_min->is_int64())
      model.prompt_cache_min_tokens = tokens_min->as_int64();
  }
  if (const json::value* features = object.if_contains("features")) {
    model.features = read_features(features->as_object());
  }
  if (const json::value* facts = object.if_contains("embedding"); facts && facts->is_object()) {
    model.embedding = read_embedding(facts->get_object());
  }
  return model;
}

InferenceProfile read_profile(const json::object& object) {
  InferenceProfile profile;
  profile.id = text_or_empty(object, "inferenceProfileId");
  if (profile.id.empty()) throw std::runtime_error("a profile without inferenceProfileId");
  profile.name = text_or_empty(object, "inferenceProfileName");
  profile.description = text_or_empty(object, "description");
  profile.model_ids = texts(object, "models");
  profile.regions = texts(object, "regions");
  profile.source_regions = texts(object, "sourceRegions");
  if (const json::value* routes = object.if_contains("routes")) {
    for (const auto& [source, destinations] : routes->as_object()) {
      profile.routes.emplace(std::string(source), texts(routes->as_object(), source));
    }
  }
  return profile;
}

template <class List>
auto find_by_id(List& list, std::string_view id) -> decltype(list.data()) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), id,
                       [](const auto& item, std::string_view key) { return item.id < key; });
  return at != list.end() && at->id == id ? &*at : nullptr;
}

}  // namespace

bool CatalogueModel::has_inference_type(std::string_view type) const {
  return std::find(inference_types.begin(), inference_types.end(), type) != inference_types.end();
}

bool CatalogueModel::is_on_demand_in(std::string_view region) const {
  return has_inference_type("ON_DEMAND") || !has_inference_type("INFERENCE_PROFILE") ||
         std::find(on_demand_regions.begin(), on_demand_regions.end(), region) !=
             on_demand_regions.end();
}

const std::vector<std::string>& InferenceProfile::destinations(std::string_view source) const {
  const auto exception = routes.find(source);
  return exception == routes.end() ? regions : exception->second;
}

bool CatalogueModel::outputs(std::string_view modality) const {
  return std::find(output_modalities.begin(), output_modalities.end(), modality) !=
         output_modalities.end();
}

bool CatalogueModel::accepts(std::string_view modality) const {
  return std::find(input_modalities.begin(), input_modalities.end(), modality) !=
         input_modalities.end();
}

ModelCatalogue ModelCatalogue::built_in() {
  return parse(embedded::models_json(), embedded::inference_profiles_json());
}

ModelCatalogue ModelCatalogue::parse(std::string_view models_json, std::string_view profiles_json) {
  ModelCatalogue catalogue;
  const json::value models = json::parse(models_json);
  for (const json::value& model : models.as_array()) {
    catalogue.models_.push_back(read_model(model.as_object()));
  }
  const json::value profiles = json::parse(profiles_json);
  for (const json::value& profile : profiles.as_array()) {
    catalogue.profiles_.push_back(read_profile(profile.as_object()));
  }
  const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
  std::sort(catalogue.models_.begin(), catalogue.models_.end(), by_id);
  std::sort(catalogue.profiles_.begin(), catalogue.profiles_.end(), by_id);
  return catalogue;
}

void ModelCatalogue::add(CatalogueModel model) {
  const auto at = std::lower_bound(
      models_.begin(), models_.end(), model.id,
      [](const CatalogueModel& item, const std::string& id) { return item.id < id; });
  if (at != models_.end() && at->id == model.id) {
    *at = std::move(model);
  } else {
    models_.insert(at, std::move(model));
  }
}

const CatalogueModel* ModelCatalogue::find(std::string_view id) const {
  return find_by_id(models_, id);
}

const InferenceProfile* ModelCatalogue::find_profile(std::string_view id) const {
  return find_by_id(profiles_, id);
}

CatalogueModel guess_model(const std::string& id) {
  struct Guess {
    std::string_view prefix, provider, family;
  };
  static constexpr Guess kGuesses[] = {
      {"anthropic.", "Anthropic", "anthropic-messages"},
      {"meta.", "Meta", "meta-llama"},
      {"amazon.nova", "Amazon", "nova"},
      {"amazon.titan-text", "Amazon", "titan-text"},
      {"amazon.titan-embed-text", "Amazon", "titan-embed-text"},
      {"cohere.embed", "Cohere", "cohere-embed"},
      {"cohere.rerank", "Cohere", "cohere-rerank"},
      {"amazon.rerank", "Amazon", "amazon-rerank"},
  };
  CatalogueModel model;
  model.id = id;
  model.name = id;
  model.provider = id.substr(0, id.find('.'));
  model.family = "openai-chat";
  for (const Guess& guess : kGuesses) {
    if (!id.starts_with(guess.prefix)) continue;
    model.provider = guess.provider;
    model.family = guess.family;
    break;
  }
  model.input_modalities = {"TEXT"};
  const bool embeds = model.family.find("embed") != std::string::npos;
  const bool generates = !embeds && !model.family.ends_with("rerank");
  model.output_modalities = {embeds ? "EMBEDDING" : "TEXT"};
  model.response_streaming = generates;
  model.features.converse = generates;
  model.features.converse_stream = generates;
  model.features.count_tokens = generates;
  model.embedding.texts_max = model.family == "cohere-embed" ? 96 : 1;
  model.inference_types = {"ON_DEMAND", "PROVISIONED"};
  model.lifecycle = "ACTIVE";
  // What the weights can do, their engine says.
  model.features.tool_use = generates;
  model.features.images = generates;
  model.features.reasoning = generates;
  model.features.prompt_caching = generates;
  return model;
}

}  // namespace bedplate::inference
