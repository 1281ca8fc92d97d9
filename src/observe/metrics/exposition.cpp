#include "observe/metrics/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.hpp"

namespace bedplate::observe {
namespace {

constexpr std::string_view kOpenMetricsType = "application/openmetrics-text";

/// In help texts quotes stay; in values of labels they do not.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string Exposition::number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

void Exposition::family(const MetricFacts& facts, std::string_view type) {
  counts_ = type == "counter";
  const bool suffixed = counts_ && format_ == Format::kPrometheus;
  const std::string_view suffix = suffixed ? "_total" : "";
  out_ += fmt::format("# HELP {}{} ", facts.name, suffix);
  append_escaped(out_, facts.help, format_ == Format::kOpenMetrics);
  out_ += fmt::format("\n# TYPE {}{} {}\n", facts.name, suffix, type);
}

void Exposition::labels(const MetricFacts& facts, const std::vector<std::string>& values,
                        std::string_view bound) {
  if (values.empty() && bound.empty()) return;
  char next = '{';
  const auto add = [&](std::string_view name, std::string_view value) {
    out_ += next;
    next = ',';
    out_ += name;
    out_ += "=\"";
    append_escaped(out_, is_valid_utf8(value) ? value : "(not UTF-8)", true);
    out_ += '"';
  };
  for (std::size_t i = 0; i < values.size(); ++i) add(facts.labels[i], values[i]);
  if (!bound.empty()) add("le", bound);
  out_ += '}';
}

void Exposition::line(const MetricFacts& facts, std::string_view suffix,
                      const std::vector<std::string>& values, double value) {
  out_ += facts.name;
  out_ += suffix;
  labels(facts, values, {});
  out_ += ' ';
  out_ += number(value);
  out_ += '\n';
}

void Exposition::sample(const MetricFacts& facts, const std::vector<std::string>& values,
                        double value) {
  line(facts, counts_ ? "_total" : "", values, value);
}

void Exposition::histogram(const MetricFacts& facts, const std::vector<std::string>& values,
                           std::span<const double> bounds, const std::vector<std::uint64_t>& counts,
                           double sum) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    bucket(facts, values, i == bounds.size() ? "+Inf" : number(bounds[i]), below);
  }
  line(facts, "_sum", values, sum);
  line(facts, "_count", values, static_cast<double>(below));
}

void Exposition::bucket(const MetricFacts& facts, const std::vector<std::string>& values,
                        std::string_view bound, std::uint64_t count) {
  out_ += facts.name;
  out_ += "_bucket";
  // OpenMetrics writes every bound as a float.
  const bool whole = format_ == Format::kOpenMetrics &&
                     bound.find_first_not_of("0123456789") == std::string_view::npos;
  labels(facts, values, whole ? std::string(bound) + ".0" : std::string(bound));
  out_ += fmt::format(" {}\n", count);
}

void MetricWriter::single(std::string_view type, std::string name, std::string help, double value) {
  const MetricFacts facts{std::move(name), std::move(help), {}};
  family(facts, type);
  sample(facts, {}, value);
}

std::string Exposition::take() {
  if (format_ == Format::kOpenMetrics) out_ += "# EOF\n";
  return std::move(out_);
}

Exposition::Format Exposition::format_for(std::string_view accept) {
  return accept.find(kOpenMetricsType) != std::string_view::npos ? Format::kOpenMetrics
                                                                 : Format::kPrometheus;
}

std::string_view Exposition::content_type(Format format) {
  return format == Format::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace bedplate::observe
