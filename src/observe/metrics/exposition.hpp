// The text that Prometheus scrapes: its own format, version 0.0.4, or OpenMetrics 1.0.
// Source: prometheus.io/docs/instrumenting/exposition_formats; the OpenMetrics specification.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
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

/// Takes the metrics, one after the other, in whatever format.
class MetricWriter {
 public:
  virtual ~MetricWriter() = default;

  /// Begins a metric. Its samples follow before the next one's.
  /// @param type  counter, gauge or histogram
  virtual void family(const MetricFacts& facts, std::string_view type) = 0;
  /// The value of a counter or gauge.
  /// @param values  of the metric's labels, in their order
  virtual void sample(const MetricFacts& facts, const std::vector<std::string>& values,
                      double value) = 0;
  /// @param counts  of each bucket by itself; one more than there are bounds
  virtual void histogram(const MetricFacts& facts, const std::vector<std::string>& values,
                         std::span<const double> bounds, const std::vector<std::uint64_t>& counts,
                         double sum) = 0;

  /// A gauge or counter without labels.
  void single(std::string_view type, std::string name, std::string help, double value);
};

/// One scrape's text.
class Exposition final : public MetricWriter {
 public:
  enum class Format { kPrometheus, kOpenMetrics };

  explicit Exposition(Format format) : format_(format) {}

  void family(const MetricFacts& facts, std::string_view type) override;
  void sample(const MetricFacts& facts, const std::vector<std::string>& values,
              double value) override;
  void histogram(const MetricFacts& facts, const std::vector<std::string>& values,
                 std::span<const double> bounds, const std::vector<std::uint64_t>& counts,
                 double sum) override;

  std::string take();

  static std::string number(double value);
  /// By the request's Accept header: OpenMetrics only for who asks for it by name.
  static Format format_for(std::string_view accept);
  static std::string_view content_type(Format format);

 private:
  void line(const MetricFacts& facts, std::string_view suffix,
            const std::vector<std::string>& values, double value);
  void bucket(const MetricFacts& facts, const std::vector<std::string>& values,
              std::string_view bound, std::uint64_t count);
  void labels(const MetricFacts& facts, const std::vector<std::string>& values,
              std::string_view bound);

  Format format_;
  bool counts_ = false;  ///< the metric under way is a counter
  std::string out_;
};

}  // namespace bedplate::observe
