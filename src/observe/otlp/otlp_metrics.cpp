#include "observe/otlp/otlp_metrics.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"

namespace bedplate::observe {
namespace {

namespace json = boost::json;

constexpr int kCumulative = 2;  // AGGREGATION_TEMPORALITY_CUMULATIVE

}  // namespace

json::object otlp_attribute(std::string_view key, std::string_view value) {
  json::object inner;
  inner["stringValue"] = is_valid_utf8(value) ? value : "(not UTF-8)";
  json::object out;
  out["key"] = key;
  out["value"] = std::move(inner);
  return out;
}

json::object otlp_attribute(std::string_view key, std::int64_t value) {
  json::object inner;
  inner["intValue"] = std::to_string(value);
  json::object out;
  out["key"] = key;
  out["value"] = std::move(inner);
  return out;
}

json::object otlp_resource(std::string_view service_version) {
  json::array attributes;
  attributes.push_back(otlp_attribute("service.name", "bedplate"));
  attributes.push_back(otlp_attribute("service.version", service_version));
  json::object resource;
  resource["attributes"] = std::move(attributes);
  return resource;
}

std::string otlp_time(Timestamp time) {
  return std::to_string(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

void OtlpMetrics::family(const MetricFacts& facts, std::string_view type) {
  end_family();
  type_ = type;
  metric_ = {};
  metric_["name"] = facts.name;
  metric_["description"] = facts.help;
  if (facts.name.ends_with("_seconds")) metric_["unit"] = "s";
  if (facts.name.ends_with("_bytes")) metric_["unit"] = "By";
}

void OtlpMetrics::end_family() {
  if (points_.empty()) return;
  json::object data;
  data["dataPoints"] = std::exchange(points_, {});
  const bool sum = type_ == "counter";
  if (type_ != "gauge") data["aggregationTemporality"] = kCumulative;
  if (sum) data["isMonotonic"] = true;
  metric_[sum ? "sum" : type_] = std::move(data);
  metrics_.push_back(std::exchange(metric_, {}));
}

json::object OtlpMetrics::point(const MetricFacts& facts,
                                const std::vector<std::string>& values) const {
  json::array attributes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    attributes.push_back(otlp_attribute(facts.labels[i], values[i]));
  }
  json::object point;
  point["attributes"] = std::move(attributes);
  if (type_ != "gauge") point["startTimeUnixNano"] = otlp_time(started_);
  point["timeUnixNano"] = otlp_time(now_);
  return point;
}

void OtlpMetrics::sample(const MetricFacts& facts, const std::vector<std::string>& values,
                         double value) {
  json::object made = point(facts, values);
  made["asDouble"] = value;
  points_.push_back(std::move(made));
}

void OtlpMetrics::histogram(const MetricFacts& facts, const std::vector<std::string>& values,
                            std::span<const double> bounds,
                            const std::vector<std::uint64_t>& counts, double sum) {
  json::object made = point(facts, values);
  std::uint64_t count = 0;
  json::array buckets;
  for (const std::uint64_t each : counts) {
    count += each;
    buckets.emplace_back(std::to_string(each));
  }
  json::array limits;
  for (const double bound : bounds) limits.emplace_back(bound);
  made["count"] = std::to_string(count);
  made["sum"] = sum;
  made["bucketCounts"] = std::move(buckets);
  made["explicitBounds"] = std::move(limits);
  points_.push_back(std::move(made));
}

std::string OtlpMetrics::take(std::string_view service_version) {
  end_family();
  json::object scope;
  scope["name"] = "bedplate";
  json::object scoped;
  scoped["scope"] = std::move(scope);
  scoped["metrics"] = std::move(metrics_);
  json::array scopes;
  scopes.push_back(std::move(scoped));
  json::object of_resource;
  of_resource["resource"] = otlp_resource(service_version);
  of_resource["scopeMetrics"] = std::move(scopes);
  json::array resources;
  resources.push_back(std::move(of_resource));
  json::object out;
  out["resourceMetrics"] = std::move(resources);
  return json::serialize(out);
}

}  // namespace bedplate::observe
