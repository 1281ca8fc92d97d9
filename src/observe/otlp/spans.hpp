// Calls to models as spans of OpenTelemetry, with the semantic conventions for generative AI
// (opentelemetry.io, semconv/gen-ai/gen-ai-spans): waiting to be exported.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "observe/metrics/model_use.hpp"

namespace bedplate::observe {

/// The trace that a request belongs to: W3C's header `traceparent`.
struct TraceParent {
  std::string trace_id;  ///< 32 hex digits; empty: the request begins a trace
  std::string span_id;   ///< 16 hex digits
};
/// Nothing but an empty one for a header that is not as the specification has it.
TraceParent parse_traceparent(std::string_view header);

struct Span {
  TraceParent parent;
  std::string_view operation;  ///< "Converse"
  int http_status = 200;
  Timestamp started{};
  Timestamp ended{};
  std::string account_id;
  std::string region;
  ModelUse use;
};

/// Safe from every thread; never waits. What does not fit is counted as lost.
class SpanQueue {
 public:
  static constexpr std::size_t kSpansMax = 4'096;

  void push(Span span);
  std::vector<Span> take();
  std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::vector<Span> spans_;
  std::atomic<std::uint64_t> lost_{0};
};

/// The body of a POST to `/v1/traces`, in OTLP's JSON encoding.
std::string otlp_traces(const std::vector<Span>& spans, std::string_view service_version);

}  // namespace bedplate::observe
