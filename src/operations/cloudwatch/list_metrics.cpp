// ListMetrics: which metrics have had data of late.
#include <algorithm>

#include "base/cloudwatch_errors.hpp"
#include "operations/cloudwatch/metric_query.hpp"
#include "operations/handlers.hpp"
#include "operations/resources/lookup.hpp"

namespace bedplate::operations {
namespace {

using namespace cloudwatch;
using Request = api::cloudwatch::ListMetricsInput;
using api::cloudwatch::Metric;
using observe::BedrockMetric;

constexpr std::size_t kPageMax = 500;
constexpr std::int64_t kListedMinutes = 14 * 24 * 60;  // "in the past two weeks"
constexpr std::int64_t kRecentMinutes = 3 * 60;        // PT3H

/// By the metric's name, then the model's id; the one over all models has none and comes first.
using Key = std::pair<std::string, std::string>;

/// Whether the dimensions of a metric are those that are asked for.
bool fits(const Request& request, const std::string& model_id) {
  if (!request.Dimensions) return true;
  for (const auto& filter : *request.Dimensions) {
    if (model_id.empty() || filter.Name != observe::kModelIdDimension) return false;
    if (filter.Value && *filter.Value != model_id) return false;
  }
  return true;
}

std::vector<Key> choose(const Request& request, const observe::MetricHistory::Listed& listed,
                        std::int64_t now) {
  const std::int64_t since = now - (request.RecentlyActive ? kRecentMinutes : kListedMinutes);
  std::vector<Key> chosen;
  if (request.Namespace && *request.Namespace != observe::kBedrockNamespace) return chosen;
  const auto add = [&](std::string_view name, const std::string& model_id) {
    if (fits(request, model_id)) chosen.emplace_back(name, model_id);
  };
  for (const auto& [which, last] : listed) {
    const std::string_view name = observe::name_of(which.second);
    if (last < since || (request.MetricName && *request.MetricName != name)) continue;
    add(name, which.first);
    add(name, "");
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

/// What a token is good for.
std::string list_name(const Request& request) {
  std::string name = "metrics\n" + request.Namespace.value_or("") + '\n' +
                     request.MetricName.value_or("") + '\n' + request.RecentlyActive.value_or("");
  if (request.Dimensions) {
    for (const auto& filter : *request.Dimensions) {
      name += '\n' + filter.Name + '=' + filter.Value.value_or("");
    }
  }
  return name;
}

Key start_of(const Context& context, const Request& request) {
  if (!request.NextToken) return {};
  try {
    const storage::Position last = page_tokens(context).decode(
        context.principal.account_id, list_name(request), *request.NextToken);
    return {last.sort, last.id};
  } catch (const storage::BadPageToken&) {
    throw errors::cloudwatch::invalid_parameter_value("The parameter NextToken is not valid.");
  }
}

Metric metric_of(const Key& key) {
  Metric metric;
  metric.Namespace = std::string(observe::kBedrockNamespace);
  metric.MetricName = key.first;
  metric.Dimensions.emplace();
  if (!key.second.empty()) {
    metric.Dimensions->push_back({std::string(observe::kModelIdDimension), key.second});
  }
  return metric;
}

}  // namespace

template <>
Task<api::cloudwatch::ListMetricsOutput> handle<op::cloudwatch::ListMetrics>(Context& context,
                                                                             Request request) {
  const Key start = start_of(context, request);
  const std::string account_id = context.principal.account_id;
  api::cloudwatch::ListMetricsOutput response;
  response.Metrics.emplace();
  // No accounts are linked: another one's metrics are not there.
  if (request.OwningAccount && *request.OwningAccount != account_id) co_return response;
  const auto read = [history = history_of(context), account_id,
                     region = context.principal.region](storage::Transaction& transaction) {
    return history->list(transaction, account_id, region);
  };
  const observe::MetricHistory::Listed listed = co_await context.services.store.read(read);
  const std::int64_t now = observe::minute_of(context.services.clock.now());
  const bool with_owners = request.IncludeLinkedAccounts.value_or(false);
  if (with_owners) response.OwningAccounts.emplace();
  Key last;
  for (const Key& key : choose(request, listed, now)) {
    if (request.NextToken && key <= start) continue;
    if (response.Metrics->size() == kPageMax) {
      response.NextToken =
          page_tokens(context).encode(account_id, list_name(request), {last.first, last.second});
      break;
    }
    response.Metrics->push_back(metric_of(key));
    if (with_owners) response.OwningAccounts->push_back(account_id);
    last = key;
  }
  co_return response;
}

}  // namespace bedplate::operations
