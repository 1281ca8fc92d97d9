// The metrics as OTLP's JSON encoding has them: the body of a POST to `/v1/metrics`.
// Source: github.com/open-telemetry/opentelemetry-proto, metrics/v1, and the OTLP specification's
// section on JSON: names in lowerCamelCase, 64-bit integers as texts.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "observe/metrics/exposition.hpp"

namespace bedplate::observe {

/// `{"key": …, "value": {"stringValue": …}}`
boost::json::object otlp_attribute(std::string_view key, std::string_view value);
boost::json::object otlp_attribute(std::string_view key, std::int64_t value);

/// What every export says of who sends it.
boost::json::object otlp_resource(std::string_view service_version);

/// Nanoseconds since 1970, as a text.
std::string otlp_time(Timestamp time);

class OtlpMetrics final : public MetricWriter {
 public:
  /// @param started  since when the counters count
  OtlpMetrics(Timestamp started, Timestamp now) : started_(started), now_(now) {}

  void family(const MetricFacts& facts, std::string_view type) override;
  void sample(const MetricFacts& facts, const std::vector<std::string>& values,
              double value) override;
  void histogram(const MetricFacts& facts, const std::vector<std::string>& values,
                 std::span<const double> bounds, const std::vector<std::uint64_t>& counts,
                 double sum) override;

  /// The whole request. Metrics without a value are left out.
  std::string take(std::string_view service_version);

 private:
  boost::json::object point(const MetricFacts& facts, const std::vector<std::string>& values) const;
  void end_family();

  Timestamp started_;
  Timestamp now_;
  std::string type_;
  boost::json::object metric_;
  boost::json::array points_;
  boost::json::array metrics_;
};

}  // namespace bedplate::observe
