// What CloudWatch's operations have in common: which metric is meant, which minutes, which
// statistic.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cloudwatch.hpp"
#include "observe/metrics/metric_history.hpp"
#include "operations/context.hpp"

namespace bedplate::operations::cloudwatch {

inline constexpr std::int64_t kSecondsOfMinute = 60;

/// A metric as a request names it, and what of it is kept.
struct WantedMetric {
  std::optional<observe::BedrockMetric> metric;  ///< nothing: there is no such metric, so no data
  std::string model_id;                          ///< empty: over all models
};
/// @param unit  nothing: any
WantedMetric find_metric(std::string_view metric_namespace, std::string_view name,
                         const std::vector<api::cloudwatch::Dimension>& dimensions,
                         const std::optional<std::string>& unit);

/// Sum, p99 and the like.
struct Statistic {
  enum class Kind { kSampleCount, kAverage, kSum, kMinimum, kMaximum, kPercentile };
  Kind kind = Kind::kSum;
  double percent = 0;
};
/// Nothing for what is no statistic of CloudWatch. Throws errors::not_implemented for those that
/// are not built: trimmed means and the like.
std::optional<Statistic> parse_statistic(std::string_view text);
double value_of(const observe::Statistics& statistics, const Statistic& statistic);

/// The minutes that a request asks for, in periods that begin at the first.
struct Window {
  std::int64_t from = 0;  ///< minutes since 1970
  std::int64_t to = 0;    ///< not included

  std::int64_t minutes() const { return to - from; }
};
/// Rounds as CloudWatch does: the start down to its minute; points before the end are included.
Window window_of(Timestamp start, Timestamp end);
/// 1, 5, 10, 20, 30 or a multiple of 60.
bool is_period(std::int64_t seconds);
/// The server keeps minutes: shorter periods are as long.
std::int64_t minutes_of_period(std::int64_t seconds);

/// One series to read.
struct Series {
  WantedMetric wanted;
  std::int64_t period_minutes = 1;
  std::map<std::int64_t, observe::Statistics> points = {};  ///< by the minute that a period begins
};

/// Fills the series' points. Throws errors::validation when that would be too many.
Task<std::vector<Series>> read_series(Context& context, std::vector<Series> series, Window window);

/// The metrics that this server keeps. Throws when it keeps none.
std::shared_ptr<observe::MetricHistory> history_of(const Context& context);

}  // namespace bedplate::operations::cloudwatch
