// GetMetricStatistics: one metric's statistics, period by period.
#include <fmt/format.h>

#include <algorithm>

#include "base/cloudwatch_errors.hpp"
#include "operations/cloudwatch/metric_query.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations {
namespace {

using namespace cloudwatch;
using Request = api::cloudwatch::GetMetricStatisticsInput;
using api::cloudwatch::Datapoint;
namespace refuse = errors::cloudwatch;

constexpr std::int64_t kDatapointsMax = 1'440;

void check_times(const Request& request) {
  if (request.StartTime == request.EndTime) {
    throw refuse::invalid_parameter_value(
        "The parameter StartTime must not equal parameter EndTime.");
  }
  if (request.StartTime > request.EndTime) {
    throw refuse::invalid_parameter_combination(
        "The parameter StartTime must be less than the parameter EndTime.");
  }
  if (!is_period(request.Period)) {
    throw refuse::invalid_parameter_value(
        "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  }
  const std::int64_t seconds =
      std::chrono::ceil<std::chrono::seconds>(request.EndTime - request.StartTime).count();
  const std::int64_t points = (seconds + request.Period - 1) / request.Period;
  if (points > kDatapointsMax) {
    throw refuse::invalid_parameter_combination(fmt::format(
        "You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce the "
        "datapoints requested by increasing Period, or decreasing the time range.",
        points, kDatapointsMax));
  }
}

/// The statistics that are wanted beside the plain ones: percentiles, by their names.
std::map<std::string, Statistic> percentiles_of(const Request& request) {
  std::map<std::string, Statistic> out;
  if (!request.ExtendedStatistics) return out;
  for (const std::string& text : *request.ExtendedStatistics) {
    const auto statistic = parse_statistic(text);
    if (!statistic || statistic->kind != Statistic::Kind::kPercentile) {
      throw refuse::invalid_parameter_value(
          fmt::format("The value {} for parameter ExtendedStatistics is not supported.", text));
    }
    out[text] = *statistic;
  }
  return out;
}

void check_statistics(const Request& request) {
  if (!request.Statistics && !request.ExtendedStatistics) {
    throw refuse::invalid_parameter_combination(
        "Must specify either Statistics or ExtendedStatistics");
  }
  if (request.Statistics && request.ExtendedStatistics) {
    throw refuse::invalid_parameter_combination(
        "Must specify either Statistics or ExtendedStatistics, not both");
  }
}

Datapoint point_of(std::int64_t minute, const observe::Statistics& values, const Request& request,
                   const std::map<std::string, Statistic>& percentiles) {
  Datapoint point;
  point.Timestamp = Timestamp(std::chrono::minutes(minute));
  const auto want = [&](std::string_view name, std::optional<double>& place) {
    if (!request.Statistics) return;
    const auto& wanted = *request.Statistics;
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) return;
    place = value_of(values, *parse_statistic(name));
  };
  want("SampleCount", point.SampleCount);
  want("Average", point.Average);
  want("Sum", point.Sum);
  want("Minimum", point.Minimum);
  want("Maximum", point.Maximum);
  for (const auto& [name, statistic] : percentiles) {
    if (!point.ExtendedStatistics) point.ExtendedStatistics.emplace();
    (*point.ExtendedStatistics)[name] = value_of(values, statistic);
  }
  return point;
}

}  // namespace

template <>
Task<api::cloudwatch::GetMetricStatisticsOutput> handle<op::cloudwatch::GetMetricStatistics>(
    Context& context, Request request) {
  check_times(request);
  check_statistics(request);
  const std::map<std::string, Statistic> percentiles = percentiles_of(request);
  const std::vector<api::cloudwatch::Dimension> none;
  std::vector<Series> wanted(1);
  wanted.front().wanted =
      find_metric(request.Namespace, request.MetricName,
                  request.Dimensions ? *request.Dimensions : none, request.Unit);
  wanted.front().period_minutes = minutes_of_period(request.Period);
  const Window window = window_of(request.StartTime, request.EndTime);
  std::vector<Series> read = co_await read_series(context, std::move(wanted), window);

  api::cloudwatch::GetMetricStatisticsOutput response;
  response.Label = request.MetricName;
  response.Datapoints.emplace();
  const Series& series = read.front();
  for (const auto& [minute, values] : series.points) {
    Datapoint point = point_of(minute, values, request, percentiles);
    point.Unit = std::string(observe::unit_of(*series.wanted.metric));
    response.Datapoints->push_back(std::move(point));
  }
  co_return response;
}

}  // namespace bedplate::operations
