#include "observe/metrics/instruments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

namespace bedplate::observe {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Format = Exposition::Format;

constexpr std::array<double, 3> kBounds{0.1, 1, 10};

std::string written(const Exposed& family, Format format = Format::kPrometheus) {
  Exposition out(format);
  family.write(out);
  return out.take();
}

TEST(Metrics, CounterInPrometheusText) {
  Family<Counter> family("app_requests", "Requests.", {"operation", "status"});
  family.at({"Converse", "200"}).add();
  family.at({"Converse", "200"}).add(2);
  EXPECT_EQ(written(family),
            "# HELP app_requests_total Requests.\n"
            "# TYPE app_requests_total counter\n"
            "app_requests_total{operation=\"Converse\",status=\"200\"} 3\n");
}

TEST(Metrics, CounterInOpenMetrics) {
  Family<Counter> family("app_requests", "Requests.", {"operation"});
  family.at({"Converse"}).add(0.5);
  EXPECT_EQ(written(family, Format::kOpenMetrics),
            "# HELP app_requests Requests.\n"
            "# TYPE app_requests counter\n"
            "app_requests_total{operation=\"Converse\"} 0.5\n"
            "# EOF\n");
}

TEST(Metrics, HistogramIsCumulative) {
  Family<Histogram> family("app_seconds", "Time.", {}, 10, std::span<const double>(kBounds));
  for (const double value : {0.05, 0.1, 0.5, 100.0}) family.at({}).observe(value);
  EXPECT_EQ(written(family),
            "# HELP app_seconds Time.\n"
            "# TYPE app_seconds histogram\n"
            "app_seconds_bucket{le=\"0.1\"} 2\n"
            "app_seconds_bucket{le=\"1\"} 3\n"
            "app_seconds_bucket{le=\"10\"} 3\n"
            "app_seconds_bucket{le=\"+Inf\"} 4\n"
            "app_seconds_sum 100.65\n"
            "app_seconds_count 4\n");
  EXPECT_THAT(written(family, Format::kOpenMetrics), HasSubstr("le=\"10.0\"} 3\n"));
}

TEST(Metrics, FamilyWithoutSeriesIsNamed) {
  const Family<Counter> family("app_things", "Things.", {"kind"});
  EXPECT_EQ(written(family), "# HELP app_things_total Things.\n# TYPE app_things_total counter\n");
}

TEST(Metrics, LabelsAreEscaped) {
  Family<Counter> family("app_things", "Line one.\nBack\\slash.", {"name"});
  family.at({"quote\" back\\ line\n"}).add();
  family.at({"\xff\xfe"}).add();
  const std::string text = written(family);
  EXPECT_THAT(text, HasSubstr("# HELP app_things_total Line one.\\nBack\\\\slash.\n"));
  EXPECT_THAT(text, HasSubstr("{name=\"quote\\\" back\\\\ line\\n\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{name=\"(not UTF-8)\"} 1\n"));
}

TEST(Metrics, OddNumbers) {
  EXPECT_EQ(Exposition::number(0), "0");
  EXPECT_EQ(Exposition::number(1e300 * 1e300), "+Inf");
  EXPECT_EQ(Exposition::number(-1e300 * 1e300), "-Inf");
  EXPECT_EQ(Exposition::number(std::nan("")), "NaN");
  EXPECT_EQ(Exposition::number(0.1), "0.1");
}

TEST(Metrics, SeriesAreBounded) {
  Family<Counter> family("app_things", "Things.", {"a", "b"}, 3);
  for (int i = 0; i < 10; ++i) family.at({std::to_string(i), "x"}).add();
  EXPECT_EQ(family.refused(), 7u);
  EXPECT_EQ(family.size(), 4u);
  EXPECT_THAT(written(family), HasSubstr("app_things_total{a=\"other\",b=\"other\"} 7\n"));
  // What had found room goes on as before.
  family.at({"0", "x"}).add(5);
  EXPECT_THAT(written(family), HasSubstr("{a=\"0\",b=\"x\"} 6\n"));
}

TEST(Metrics, EveryThreadCounts) {
  Family<Counter> family("app_things", "Things.", {"kind"}, 8);
  constexpr int kThreads = 4, kTimes = 5'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kTimes; ++n) family.at({n % 2 == 0 ? "even" : "odd"}).add();
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_THAT(written(family), StartsWith("# HELP"));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(family.at({"even"}).value(), kThreads * kTimes / 2);
  EXPECT_EQ(family.at({"odd"}).value(), kThreads * kTimes / 2);
}

TEST(Metrics, FormatsByAccept) {
  EXPECT_EQ(Exposition::format_for(""), Format::kPrometheus);
  EXPECT_EQ(Exposition::format_for("*/*"), Format::kPrometheus);
  EXPECT_EQ(Exposition::format_for("text/plain;version=0.0.4"), Format::kPrometheus);
  // What Prometheus sends.
  EXPECT_EQ(Exposition::format_for("application/openmetrics-text;version=1.0.0;q=0.6,"
                                   "text/plain;version=0.0.4;q=0.3,*/*;q=0.1"),
            Format::kOpenMetrics);
  EXPECT_THAT(std::string(Exposition::content_type(Format::kPrometheus)),
              EndsWith("charset=utf-8"));
}

// The bound is 50 ms; a loaded machine may take a few times as long.
TEST(Metrics, TenThousandSeriesAreScrapedSoon) {
  Family<Counter> family("bedplate_model_tokens", "Tokens.", {"account", "region", "model", "kind"},
                         10'000);
  for (int i = 0; i < 10'000; ++i) {
    family
        .at({std::to_string(100'000'000'000 + i % 100), "us-east-1",
             "anthropic.claude-3-haiku-20240307-v1:0", std::to_string(i / 100)})
        .add(i * 1.5);
  }
  const auto begun = std::chrono::steady_clock::now();
  const std::string text = written(family);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10'002);
  EXPECT_LT(took.count(), 250);
  RecordProperty("scrape_ms", std::to_string(took.count()));
  std::printf("scrape of 10,000 series: %.2f ms\n", took.count());
}

}  // namespace
}  // namespace bedplate::observe
