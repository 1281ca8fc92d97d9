// What the operator allows: limits per account, model and region (docs/quotas.md).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::inference {
class ModelCatalogue;
}

namespace bedplate::operations {

/// Absent: unlimited. 0 refuses everything.
struct QuotaLimits {
  std::optional<std::int64_t> requests_per_minute;
  std::optional<std::int64_t> tokens_per_minute;
  std::optional<std::int64_t> tokens_per_day;

  bool count_tokens() const { return tokens_per_minute || tokens_per_day; }
  bool unlimited() const { return !requests_per_minute && !count_tokens(); }
};

/// One `[[quotas]]` of the configuration. The first that matches a request holds for it.
struct QuotaRule {
  std::vector<std::string> models;    ///< ids of models or inference profiles; `*`: any text
  std::vector<std::string> accounts;  ///< empty: every account
  std::vector<std::string> regions;   ///< empty: every region
  QuotaLimits limits;
};

/// How a model was asked for. Bedrock counts each way apart, in the region of the caller.
enum class InferenceScope { kOnDemand, kCrossRegion, kGlobalCrossRegion };

/// @param profile_id  the inference profile, or empty
InferenceScope scope_of(std::string_view profile_id);

/// Whose request it is, for what.
struct QuotaSubject {
  std::string_view account_id;
  std::string_view region;
  std::string_view model_id;
  std::string_view profile_id;  ///< the inference profile it goes through, or empty
};

using Regions = std::set<std::string, std::less<>>;

/// The regions that AWS's models are in, and the server's own.
Regions regions_of(const inference::ModelCatalogue& catalogue, const std::string& default_region);

class QuotaRules {
 public:
  explicit QuotaRules(std::vector<QuotaRule> rules) : rules_(std::move(rules)) {}

  /// The rule that holds for a request; nullptr when nothing limits it.
  const QuotaRule* find(const QuotaSubject& subject) const;
  const std::vector<QuotaRule>& rules() const { return rules_; }

 private:
  std::vector<QuotaRule> rules_;
};

}  // namespace bedplate::operations
