#include "observe/metrics/bedrock_metrics.hpp"

namespace bedplate::observe {
namespace {

// By the enumerators' order.
constexpr std::array<std::string_view, kBedrockMetricCount> kNames{
    "CacheReadInputTokens",   "CacheWriteInputTokens",  "EstimatedTPMQuotaUsage",
    "InputTokenCount",        "InvocationClientErrors", "InvocationLatency",
    "InvocationServerErrors", "InvocationThrottles",    "Invocations",
    "LegacyModelInvocations", "OutputImageCount",       "OutputTokenCount",
    "TimeToFirstToken",
};

}  // namespace

std::string_view name_of(BedrockMetric metric) {
  return kNames[static_cast<std::size_t>(metric)];
}

std::string_view unit_of(BedrockMetric metric) {
  const bool time =
      metric == BedrockMetric::kInvocationLatency || metric == BedrockMetric::kTimeToFirstToken;
  return time ? "Milliseconds" : "Count";
}

std::optional<BedrockMetric> find_bedrock_metric(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<BedrockMetric>(i);
  }
  return std::nullopt;
}

}  // namespace bedplate::observe
