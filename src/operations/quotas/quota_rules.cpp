#include "operations/quotas/quota_rules.hpp"

#include <algorithm>

#include "inference/bindings.hpp"

namespace bedplate::operations {
namespace {

bool names(const std::vector<std::string>& list, std::string_view text) {
  return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
}

bool matches(const QuotaRule& rule, const QuotaSubject& subject) {
  if (!names(rule.accounts, subject.account_id) || !names(rule.regions, subject.region)) {
    return false;
  }
  return std::any_of(rule.models.begin(), rule.models.end(), [&](const std::string& pattern) {
    return inference::matches_pattern(pattern, subject.model_id) ||
           (!subject.profile_id.empty() && inference::matches_pattern(pattern, subject.profile_id));
  });
}

}  // namespace

InferenceScope scope_of(std::string_view profile_id) {
  if (profile_id.empty()) return InferenceScope::kOnDemand;
  return profile_id.starts_with("global.") ? InferenceScope::kGlobalCrossRegion
                                           : InferenceScope::kCrossRegion;
}

Regions regions_of(const inference::ModelCatalogue& catalogue, const std::string& default_region) {
  Regions regions{default_region};
  for (const auto& model : catalogue.models()) {
    regions.insert(model.on_demand_regions.begin(), model.on_demand_regions.end());
  }
  for (const auto& profile : catalogue.profiles()) {
    regions.insert(profile.source_regions.begin(), profile.source_regions.end());
  }
  return regions;
}

const QuotaRule* QuotaRules::find(const QuotaSubject& subject) const {
  for (const QuotaRule& rule : rules_) {
    if (matches(rule, subject)) return rule.limits.unlimited() ? nullptr : &rule;
  }
  return nullptr;
}

}  // namespace bedplate::operations
