#include "inference/bindings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/api_error.hpp"
#include "base/arn.hpp"

namespace bedplate::inference {
namespace {

ApiError invalid_identifier() {
  ApiError error = errors::validation("The provided model identifier is invalid.");
  error.code = kCodeModelNotFound;
  return error;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

BindingTable::BindingTable(ModelCatalogue& catalogue, std::vector<Binding> bindings)
    : bindings_(std::move(bindings)) {
  for (const Binding& binding : bindings_) {
    for (const std::string& id : binding.models) {
      const bool exact = id.find('*') == std::string::npos;
      if (exact && catalogue.find(id) == nullptr && catalogue.find_profile(id) == nullptr) {
        catalogue.add(guess_model(id));
      }
    }
  }
}

const Binding* BindingTable::match(const CatalogueModel& model, std::string_view region) const {
  for (const Binding& binding : bindings_) {
    if (!binding.regions.empty() && !contains(binding.regions, region)) continue;
    if (binding.text_only && !model.outputs("TEXT")) continue;
    for (const std::string& pattern : binding.models) {
      if (matches_pattern(pattern, model.id)) return &binding;
    }
  }
  return nullptr;
}

Bindings::Bindings(ModelCatalogue& catalogue, Engines& engines, std::vector<Binding> bindings)
    : catalogue_(catalogue), engines_(engines), table_(catalogue, std::move(bindings)) {
  for (const Binding& binding : table_.bindings()) {
    if (engines_.find(binding.engine) == nullptr) {
      throw std::invalid_argument(
          fmt::format("a binding names the engine '{}', which is not configured", binding.engine));
    }
  }
}

ResolvedModel Bindings::resolve_profile(const InferenceProfile& profile,
                                        std::string_view region) const {
  ResolvedModel resolved;
  resolved.profile_id = profile.id;
  resolved.model = model_of(profile);
  if (resolved.model == nullptr) throw invalid_identifier();

  // Take turns among the profile's regions that have an engine for the model.
  std::vector<std::pair<const Binding*, std::string_view>> destinations;
  for (const std::string& candidate : profile.destinations(region)) {
    if (const Binding* binding = table_.match(*resolved.model, candidate)) {
      destinations.emplace_back(binding, candidate);
    }
  }
  resolved.region = region;
  if (!destinations.empty()) {
    const auto [binding, name] =
        destinations[next_destination_.fetch_add(1, std::memory_order_relaxed) %
                     destinations.size()];
    resolved.region = name;
    resolved.engine = engines_.find(binding->engine);
  }
  return resolved;
}

bool Bindings::answers(const CatalogueModel& model, std::string_view region, BareIds bare_ids) {
  return bare_ids == BareIds::kAny || model.is_on_demand_in(region) ||
         (bare_ids == BareIds::kProfiled && model.has_inference_type("INFERENCE_PROFILE"));
}

bool Bindings::serves(const CatalogueModel& model, std::string_view region,
                      BareIds bare_ids) const {
  return answers(model, region, bare_ids) && table_.match(model, region) != nullptr;
}

bool Bindings::serves(const InferenceProfile& profile, std::string_view region) const {
  const CatalogueModel* model = model_of(profile);
  if (model == nullptr) return false;
  const std::vector<std::string>& destinations = profile.destinations(region);
  return std::any_of(destinations.begin(), destinations.end(), [&](const std::string& candidate) {
    return table_.match(*model, candidate) != nullptr;
  });
}

const CatalogueModel* Bindings::model_of(const InferenceProfile& profile) const {
  for (const std::string& id : profile.model_ids) {
    if (const CatalogueModel* model = catalogue_.find(id)) return model;
  }
  return nullptr;
}

ResolvedModel Bindings::resolve(std::string_view identifier, std::string_view region,
                                BareIds bare_ids) const {
  std::string id(identifier);
  if (const auto arn = parse_arn(identifier)) {
    const bool bedrock = arn->service == "bedrock";
    const bool model = arn->resource_type() == "foundation-model";
    const bool profile = arn->resource_type() == "inference-profile";
    if (!bedrock || (!model && !profile)) throw invalid_identifier();
    id = arn->resource_id();
    if (profile && catalogue_.find_profile(id) == nullptr) throw invalid_identifier();
  }
  if (const InferenceProfile* profile = catalogue_.find_profile(id)) {
    return resolve_profile(*profile, region);
  }
  ResolvedModel resolved;
  resolved.model = catalogue_.find(id);
  if (resolved.model == nullptr) throw invalid_identifier();
  if (!answers(*resolved.model, region, bare_ids)) {
    throw errors::validation(fmt::format(
        "Invocation of model ID {} with on-demand throughput isn\u2019t supported. Retry your "
        "request with the ID or ARN of an inference profile that contains this model.",
        id));
  }
  resolved.region = region;
  if (const Binding* binding = table_.match(*resolved.model, region)) {
    resolved.engine = engines_.find(binding->engine);
  }
  return resolved;
}

}  // namespace bedplate::inference
