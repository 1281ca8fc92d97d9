// The text that Prometheus scrapes: its own format, version 0.0.4, or OpenMetrics 1.0.
// Source: prometheus.io/docs/instrumenting/exposition_formats; the OpenMetrics specification.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::observe {

/// What a scrape says of a metric beside its values.
struct MetricFacts {
  std::string name;  ///< of a counter without `_total`
  std::string help;
  std::vector<std::string> labels;
};

/// One scrape's text.
class Exposition {
 public:
  enum class Format { kPrometheus, kOpenMetrics };

  explicit Exposition(Format format) : format_(format) {}

  /// Begins a metric. Its samples follow before the next one's.
  /// @param type  counter, gauge or histogram
  void family(const MetricFacts& facts, std::string_view type);
  /// @param suffix  of the name: `_total`, `_sum`, or empty
  /// @param values  of the metric's labels, in their order
  void sample(const MetricFacts& facts, std::string_view suffix,
              const std::vector<std::string>& values, double value);
  /// A histogram's bucket: how many values are `bound` or less.
  void bucket(const MetricFacts& facts, const std::vector<std::string>& values,
              std::string_view bound, std::uint64_t count);

  /// A gauge or counter without labels.
  void single(std::string_view type, std::string name, std::string help, double value);

  std::string take();

  static std::string number(double value);
  /// By the request's Accept header: OpenMetrics only for who asks for it by name.
  static Format format_for(std::string_view accept);
  static std::string_view content_type(Format format);

 private:
  void labels(const MetricFacts& facts, const std::vector<std::string>& values,
              std::string_view bound);

  Format format_;
  std::string out_;
};

}  // namespace bedplate::observe
