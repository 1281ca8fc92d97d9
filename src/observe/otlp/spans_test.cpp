#include "observe/otlp/spans.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace bedplate::observe {
namespace {

namespace json = boost::json;

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kSpan = "00f067aa0ba902b7";

std::string header(const std::string& version, const std::string& more = "") {
  return version + "-" + kTrace + "-" + kSpan + "-01" + more;
}

TEST(TraceParent, IsRead) {
  const TraceParent parent = parse_traceparent(header("00"));
  EXPECT_EQ(parent.trace_id, kTrace);
  EXPECT_EQ(parent.span_id, kSpan);
  EXPECT_EQ(parse_traceparent(header("01", "-more")).trace_id, kTrace);
}

TEST(TraceParent, WhatIsMalformedIsIgnored) {
  const std::string zeros(32, '0');
  for (const std::string& bad :
       {std::string(), std::string("00"), header("ff"), header("00", "-more"), header("01", "more"),
        header("00").substr(0, 54), "00-" + zeros + "-" + kSpan + "-01",
        std::string("00-") + kTrace + "-0000000000000000-01",
        std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-") + kSpan + "-01",
        std::string("00_") + kTrace + "-" + kSpan + "-01", std::string(55, '-')}) {
    EXPECT_TRUE(parse_traceparent(bad).trace_id.empty()) << bad;
    EXPECT_TRUE(parse_traceparent(bad).span_id.empty()) << bad;
  }
}

TEST(Spans, WaitBounded) {
  SpanQueue queue;
  for (std::size_t i = 0; i < SpanQueue::kSpansMax + 3; ++i) queue.push({});
  EXPECT_EQ(queue.lost(), 3u);
  EXPECT_EQ(queue.take().size(), SpanQueue::kSpansMax);
  EXPECT_TRUE(queue.take().empty());
}

TEST(Spans, FailuresAndEmbeddings) {
  Span failed;
  failed.operation = "InvokeModel";
  failed.http_status = 503;
  failed.use.called_as = "m";
  Span embedded;
  embedded.operation = "InvokeModel";
  embedded.use.input_tokens = 5;
  const std::vector<Span> both{failed, embedded};
  const json::value body = json::parse(otlp_traces(both, "v"));
  const json::array& spans =
      body.at("resourceSpans").as_array()[0].at("scopeSpans").as_array()[0].at("spans").as_array();
  EXPECT_EQ(spans[0].at("name").as_string(), "text_completion m");
  EXPECT_EQ(spans[0].at("status").at("code").as_int64(), 2);
  EXPECT_NE(json::serialize(spans[0]).find(R"("error.type","value":{"stringValue":"503"})"),
            std::string::npos);
  EXPECT_NE(json::serialize(spans[1]).find(R"({"stringValue":"embeddings"})"), std::string::npos);
  EXPECT_FALSE(spans[1].as_object().contains("status"));
  EXPECT_NE(spans[0].at("spanId"), spans[1].at("spanId"));
}

}  // namespace
}  // namespace bedplate::observe
