// GetMetricData: many metrics at once. Expressions (metric math, Metrics Insights) are not built.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/cloudwatch_errors.hpp"
#include "operations/cloudwatch/metric_query.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"
#include "protocol/shape_json.hpp"

namespace bedplate::operations {
namespace {

using namespace cloudwatch;
using Request = api::cloudwatch::GetMetricDataInput;
using Response = api::cloudwatch::GetMetricDataOutput;
using Query = api::cloudwatch::MetricDataQuery;
using api::cloudwatch::MetricDataResult;

constexpr std::size_t kQueriesMax = 500;
constexpr std::int32_t kDatapointsMax = 100'800;

[[noreturn]] void refuse(const std::string& message) {
  throw errors::validation(message);
}

/// A lower-case letter, then letters, digits and underscores.
bool is_id(std::string_view text) {
  if (text.empty() || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// "+0130", "-0800".
bool is_timezone(std::string_view text) {
  return text.size() == 5 && (text[0] == '+' || text[0] == '-') &&
         text.find_first_not_of("0123456789", 1) == text.npos;
}

void check_request(const Request& request) {
  if (request.StartTime == request.EndTime) {
    refuse("The parameter StartTime must not equal parameter EndTime.");
  }
  if (request.StartTime > request.EndTime) {
    refuse("The parameter StartTime must be less than the parameter EndTime.");
  }
  if (request.MetricDataQueries.empty()) {
    refuse("The parameter MetricDataQueries is required.");
  }
  if (request.MetricDataQueries.size() > kQueriesMax) {
    refuse(fmt::format("The collection MetricDataQueries must not have a size greater than {}.",
                       kQueriesMax));
  }
  if (request.MaxDatapoints &&
      (*request.MaxDatapoints < 1 || *request.MaxDatapoints > kDatapointsMax)) {
    refuse(fmt::format("The parameter MaxDatapoints must be from 1 to {}.", kDatapointsMax));
  }
  if (request.LabelOptions && request.LabelOptions->Timezone &&
      !is_timezone(*request.LabelOptions->Timezone)) {
    refuse("The parameter LabelOptions.Timezone must be + or - and four digits.");
  }
}

void check_query(const Query& query, const std::string& account_id) {
  if (!is_id(query.Id)) {
    refuse(
        fmt::format("The value '{}' for parameter Id must begin with a lower-case letter and "
                    "hold letters, digits and underscores only.",
                    query.Id));
  }
  if (query.MetricStat.has_value() == query.Expression.has_value()) {
    refuse(fmt::format("The query '{}' must have either MetricStat or Expression.", query.Id));
  }
  if (query.Expression) {
    throw errors::not_implemented("metric math and Metrics Insights in GetMetricData");
  }
  if (query.Period) {
    refuse(
        fmt::format("The query '{}' has a MetricStat: its Period is the one in there.", query.Id));
  }
  if (!is_period(query.MetricStat->Period)) {
    refuse(fmt::format("The Period of query '{}' must be 1, 5, 10, 20, 30 or a multiple of 60.",
                       query.Id));
  }
  if (query.AccountId && *query.AccountId != account_id) {
    refuse(fmt::format("The account {} of query '{}' is not linked.", *query.AccountId, query.Id));
  }
  if (query.Label && query.Label->find("${") != std::string::npos) {
    throw errors::not_implemented("dynamic labels in GetMetricData");
  }
  const auto& metric = query.MetricStat->Metric;
  if (!metric.Namespace || !metric.MetricName) {
    refuse(
        fmt::format("The metric of query '{}' must have a Namespace and a MetricName.", query.Id));
  }
}

Statistic statistic_of(const Query& query) {
  const auto statistic = parse_statistic(query.MetricStat->Stat);
  if (!statistic) {
    refuse(fmt::format("The value '{}' for parameter Stat is not a valid statistic.",
                       query.MetricStat->Stat));
  }
  return *statistic;
}

Series series_of(const Query& query) {
  const auto& wanted = *query.MetricStat;
  static const std::vector<api::cloudwatch::Dimension> kNone;
  Series series;
  series.wanted =
      find_metric(*wanted.Metric.Namespace, *wanted.Metric.MetricName,
                  wanted.Metric.Dimensions ? *wanted.Metric.Dimensions : kNone, wanted.Unit);
  series.period_minutes = minutes_of_period(wanted.Period);
  return series;
}

/// Where a page begins: points of all queries before it, in the order of the queries.
class Pages {
 public:
  Pages(const Context& context, const Request& request)
      : account_id_(context.principal.account_id),
        list_(list_name(request)),
        tokens_(page_tokens(context)) {
    if (request.NextToken) first_ = position_in(*request.NextToken);
    left_ = static_cast<std::size_t>(request.MaxDatapoints.value_or(kDatapointsMax));
  }

  /// The part of a query's points that is on this page.
  std::pair<std::size_t, std::size_t> take(std::size_t size) {
    const std::size_t begin = std::min(size, first_ > seen_ ? first_ - seen_ : 0);
    const std::size_t count = std::min(size - begin, left_);
    seen_ += size;
    left_ -= count;
    taken_ += count;
    return {begin, count};
  }
  bool is_first() const { return first_ == 0; }
  /// Nothing when this was the last.
  std::optional<std::string> next() const {
    if (first_ + taken_ >= seen_) return std::nullopt;
    return tokens_.encode(account_id_, list_, {"", std::to_string(first_ + taken_)});
  }

 private:
  /// A token is good for the same queries and times only.
  static std::string list_name(const Request& request) {
    Request same = request;
    same.NextToken.reset();
    same.MaxDatapoints.reset();
    return "metric data " + protocol::to_json_text(same);
  }
  std::size_t position_in(const std::string& token) const {
    std::size_t position = 0;
    try {
      const storage::Position at = tokens_.decode(account_id_, list_, token);
      const auto [end, error] =
          std::from_chars(at.id.data(), at.id.data() + at.id.size(), position);
      if (error != std::errc{}) throw storage::BadPageToken();
      return position;
    } catch (const storage::BadPageToken&) {
      throw errors::cloudwatch::invalid_next_token();
    }
  }

  std::string account_id_, list_;
  storage::PageTokens tokens_;
  std::size_t first_ = 0, seen_ = 0, taken_ = 0, left_ = 0;
};

MetricDataResult result_of(const Query& query, const Series& series, const Statistic& statistic,
                           bool descending, Pages& pages) {
  std::vector<std::pair<std::int64_t, double>> points;
  for (const auto& [minute, values] : series.points) {
    points.emplace_back(minute, value_of(values, statistic));
  }
  if (descending) std::reverse(points.begin(), points.end());
  const auto [begin, count] = pages.take(points.size());
  MetricDataResult result;
  result.Id = query.Id;
  result.Label = query.Label ? *query.Label : *query.MetricStat->Metric.MetricName;
  result.Timestamps.emplace();
  result.Values.emplace();
  for (std::size_t i = begin; i < begin + count; ++i) {
    result.Timestamps->push_back(Timestamp(std::chrono::minutes(points[i].first)));
    result.Values->push_back(points[i].second);
  }
  result.StatusCode = begin + count < points.size() ? api::cloudwatch::StatusCode::PartialData
                                                    : api::cloudwatch::StatusCode::Complete;
  return result;
}

}  // namespace

template <>
Task<Response> handle<op::cloudwatch::GetMetricData>(Context& context, Request request) {
  check_request(request);
  std::set<std::string> ids;
  std::vector<Query> queries;
  std::vector<Statistic> statistics;
  std::vector<Series> wanted;
  for (const Query& query : request.MetricDataQueries) {
    check_query(query, context.principal.account_id);
    if (!ids.insert(query.Id).second) {
      refuse("The values for parameter id in MetricDataQueries are not unique.");
    }
    const Statistic statistic = statistic_of(query);
    if (!query.ReturnData.value_or(true)) continue;
    queries.push_back(query);
    statistics.push_back(statistic);
    wanted.push_back(series_of(query));
  }
  Pages pages(context, request);
  const Window window = window_of(request.StartTime, request.EndTime);
  const std::vector<Series> read = co_await read_series(context, std::move(wanted), window);
  const bool descending = request.ScanBy != api::cloudwatch::ScanBy::TimestampAscending;

  Response response;
  response.MetricDataResults.emplace();
  response.Messages.emplace();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    MetricDataResult result = result_of(queries[i], read[i], statistics[i], descending, pages);
    // A query whose points are all on other pages is not on this one.
    const bool shown = !result.Values->empty() || (read[i].points.empty() && pages.is_first());
    if (shown) response.MetricDataResults->push_back(std::move(result));
  }
  response.NextToken = pages.next();
  co_return response;
}

}  // namespace bedplate::operations
