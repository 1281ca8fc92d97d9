#include "operations/cloudwatch/metric_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/api_error.hpp"
#include "observe/metrics/server_metrics.hpp"

namespace bedplate::operations::cloudwatch {
namespace {

using observe::BedrockMetric;
using observe::MetricHistory;

constexpr std::size_t kPointsMax = 200'000;

std::optional<double> percent_in(std::string_view text) {
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

/// tm90, TM(10%:90%), PR(:300), IQM: CloudWatch has them, this server does not.
bool is_other_statistic(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames{"tm", "wm", "tc", "ts", "pr"};
  if (text == "IQM") return true;
  if (text.size() < 3) return false;
  std::string name(text.substr(0, 2));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool known = std::find(kNames.begin(), kNames.end(), name) != kNames.end();
  return known && (text[2] == '(' || (text[2] >= '0' && text[2] <= '9'));
}

/// Which of the series want a metric.
using ByMetric = std::array<std::vector<std::size_t>, observe::kBedrockMetricCount>;

ByMetric index_of(const std::vector<Series>& series) {
  ByMetric index;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto& metric = series[i].wanted.metric;
    if (metric) index[static_cast<std::size_t>(*metric)].push_back(i);
  }
  return index;
}

std::vector<Series> fill(MetricHistory& history, storage::Transaction& transaction,
                         const std::string& account_id, const std::string& region,
                         std::vector<Series> series, Window window, std::int64_t first_period) {
  const ByMetric by_metric = index_of(series);
  std::size_t points = 0;
  const auto visit = [&](std::string_view model_id, std::int64_t minute, BedrockMetric metric,
                         const observe::Statistics& statistics) {
    for (const std::size_t i : by_metric[static_cast<std::size_t>(metric)]) {
      Series& one = series[i];
      if (!one.wanted.model_id.empty() && one.wanted.model_id != model_id) continue;
      const std::int64_t begin = minute - (minute - first_period) % one.period_minutes;
      const auto [place, added] = one.points.try_emplace(begin);
      if (added && ++points > kPointsMax) {
        throw errors::validation(
            fmt::format("The request asks for more than {} data points. Increase Period, shorten "
                        "the time range or ask for fewer metrics.",
                        kPointsMax));
      }
      place->second.merge(statistics);
    }
  };
  history.read(transaction, account_id, region, window.from, window.to, visit);
  return series;
}

}  // namespace

WantedMetric find_metric(std::string_view metric_namespace, std::string_view name,
                         const std::vector<api::cloudwatch::Dimension>& dimensions,
                         const std::optional<std::string>& unit) {
  WantedMetric wanted;
  const auto metric = observe::find_bedrock_metric(name);
  if (metric_namespace != observe::kBedrockNamespace || !metric) return wanted;
  if (unit && *unit != observe::unit_of(*metric)) return wanted;
  if (dimensions.size() > 1) return wanted;
  if (!dimensions.empty()) {
    if (dimensions.front().Name != observe::kModelIdDimension) return wanted;
    wanted.model_id = dimensions.front().Value;
  }
  wanted.metric = metric;
  return wanted;
}

std::optional<Statistic> parse_statistic(std::string_view text) {
  using Kind = Statistic::Kind;
  if (text == "SampleCount") return Statistic{Kind::kSampleCount};
  if (text == "Average") return Statistic{Kind::kAverage};
  if (text == "Sum") return Statistic{Kind::kSum};
  if (text == "Minimum") return Statistic{Kind::kMinimum};
  if (text == "Maximum") return Statistic{Kind::kMaximum};
  if (text.starts_with('p')) {
    if (const auto percent = percent_in(text.substr(1)))
      return Statistic{Kind::kPercentile, *percent};
  }
  if (is_other_statistic(text)) {
    throw errors::not_implemented(fmt::format("the statistic {}", text));
  }
  return std::nullopt;
}

double value_of(const observe::Statistics& statistics, const Statistic& statistic) {
  switch (statistic.kind) {
    case Statistic::Kind::kSampleCount:
      return static_cast<double>(statistics.count());
    case Statistic::Kind::kAverage:
      return statistics.average();
    case Statistic::Kind::kSum:
      return statistics.sum();
    case Statistic::Kind::kMinimum:
      return statistics.min();
    case Statistic::Kind::kMaximum:
      return statistics.max();
    case Statistic::Kind::kPercentile:
      break;
  }
  return statistics.percentile(statistic.percent);
}

Window window_of(Timestamp start, Timestamp end) {
  const auto to = std::chrono::ceil<std::chrono::minutes>(end);
  return {observe::minute_of(start), to.time_since_epoch().count()};
}

bool is_period(std::int64_t seconds) {
  constexpr std::array<std::int64_t, 5> kShort{1, 5, 10, 20, 30};
  return (seconds > 0 && seconds % kSecondsOfMinute == 0) ||
         std::find(kShort.begin(), kShort.end(), seconds) != kShort.end();
}

std::int64_t minutes_of_period(std::int64_t seconds) {
  return std::max<std::int64_t>(1, seconds / kSecondsOfMinute);
}

std::shared_ptr<observe::MetricHistory> history_of(const Context& context) {
  if (context.services.metrics == nullptr) {
    throw errors::service_unavailable("This server keeps no metrics.");
  }
  return context.services.metrics->history();
}

Task<std::vector<Series>> read_series(Context& context, std::vector<Series> series, Window window) {
  // Nothing is kept of earlier minutes. The periods still begin where they were asked to.
  const std::int64_t now = observe::minute_of(context.services.clock.now());
  const std::int64_t oldest = now - MetricHistory::kKeptMinutes;
  const std::int64_t first_period = window.from;
  Window kept{std::max(window.from, oldest), std::min(window.to, now + kSecondsOfMinute)};
  if (kept.from >= kept.to || index_of(series) == ByMetric{}) co_return series;
  const auto read = [history = history_of(context), account_id = context.principal.account_id,
                     region = context.principal.region, series = std::move(series), kept,
                     first_period](storage::Transaction& transaction) {
    return fill(*history, transaction, account_id, region, series, kept, first_period);
  };
  co_return co_await context.services.store.read(read);
}

}  // namespace bedplate::operations::cloudwatch
