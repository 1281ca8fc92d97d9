// The metrics of CloudWatch's namespace AWS/Bedrock that this server keeps.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "observe/metrics/statistics.hpp"

namespace bedplate::observe {

inline constexpr std::string_view kBedrockNamespace = "AWS/Bedrock";
/// The one dimension that they have. Each is also there without it: over all models.
inline constexpr std::string_view kModelIdDimension = "ModelId";

enum class BedrockMetric : std::uint8_t {
  kCacheReadInputTokens,
  kCacheWriteInputTokens,
  kEstimatedTpmQuotaUsage,
  kInputTokenCount,
  kInvocationClientErrors,
  kInvocationLatency,
  kInvocationServerErrors,
  kInvocationThrottles,
  kInvocations,
  kLegacyModelInvocations,
  kOutputImageCount,
  kOutputTokenCount,
  kTimeToFirstToken,
};
inline constexpr std::size_t kBedrockMetricCount = 13;

std::string_view name_of(BedrockMetric metric);
/// CloudWatch's StandardUnit: Count or Milliseconds.
std::string_view unit_of(BedrockMetric metric);
std::optional<BedrockMetric> find_bedrock_metric(std::string_view name);

/// One minute of one model.
using MetricMinute = std::array<Statistics, kBedrockMetricCount>;

}  // namespace bedplate::observe
