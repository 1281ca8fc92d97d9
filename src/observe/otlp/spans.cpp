#include "observe/otlp/spans.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "observe/otlp/otlp_metrics.hpp"

namespace bedplate::observe {
namespace {

namespace json = boost::json;

constexpr int kServerSpan = 2;  // SPAN_KIND_SERVER
constexpr int kStatusError = 2;
constexpr int kClientErrors = 400;
constexpr std::size_t kTraceIdBytes = 16, kSpanIdBytes = 8;

bool is_id(std::string_view text, std::size_t bytes) {
  return text.size() == 2 * bytes &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

/// What the conventions call an operation.
std::string_view operation_name(const Span& span) {
  if (span.operation.starts_with("Converse")) return "chat";
  if (span.use.images > 0) return "generate_content";
  if (span.use.output_tokens == 0 && span.use.input_tokens > 0 && !span.use.first_token) {
    return "embeddings";
  }
  return span.operation.starts_with("InvokeModel") ? "text_completion" : "chat";
}

json::array attributes_of(const Span& span) {
  json::array out;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out.push_back(otlp_attribute(key, value));
  };
  const auto number = [&](std::string_view key, std::int64_t value) {
    out.push_back(otlp_attribute(key, value));
  };
  text("gen_ai.operation.name", operation_name(span));
  text("gen_ai.provider.name", "aws.bedrock");
  text("gen_ai.request.model", span.use.called_as);
  text("gen_ai.response.model", span.use.model_id);
  text("cloud.account.id", span.account_id);
  text("cloud.region", span.region);
  text("rpc.method", span.operation);
  number("http.response.status_code", span.http_status);
  number("gen_ai.usage.input_tokens", span.use.input_tokens);
  number("gen_ai.usage.output_tokens", span.use.output_tokens);
  if (span.use.cache_read_tokens > 0) {
    number("gen_ai.usage.cache_read.input_tokens", span.use.cache_read_tokens);
  }
  if (span.use.cache_write_tokens > 0) {
    number("gen_ai.usage.cache_creation.input_tokens", span.use.cache_write_tokens);
  }
  if (span.http_status >= kClientErrors) text("error.type", std::to_string(span.http_status));
  return out;
}

json::object to_json(const Span& span) {
  json::object out;
  out["traceId"] =
      span.parent.trace_id.empty() ? hex_encode(random_bytes(kTraceIdBytes)) : span.parent.trace_id;
  out["spanId"] = hex_encode(random_bytes(kSpanIdBytes));
  if (!span.parent.span_id.empty()) out["parentSpanId"] = span.parent.span_id;
  std::string name(operation_name(span));
  out["name"] = name + ' ' + span.use.called_as;
  out["kind"] = kServerSpan;
  out["startTimeUnixNano"] = otlp_time(span.started);
  out["endTimeUnixNano"] = otlp_time(span.ended);
  out["attributes"] = attributes_of(span);
  if (span.http_status >= kClientErrors) {
    json::object status;
    status["code"] = kStatusError;
    out["status"] = std::move(status);
  }
  return out;
}

}  // namespace

TraceParent parse_traceparent(std::string_view header) {
  constexpr std::size_t kSize = 55;  // "00-" 32 "-" 16 "-" 2
  if (header.size() < kSize || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return {};
  }
  // Later versions may go on behind a dash; "ff" is none.
  const std::string_view version = header.substr(0, 2);
  if (version == "ff" || (header.size() > kSize && (version == "00" || header[kSize] != '-'))) {
    return {};
  }
  const std::string_view trace = header.substr(3, 32), span = header.substr(36, 16);
  if (!is_id(trace, kTraceIdBytes) || !is_id(span, kSpanIdBytes)) return {};
  return {std::string(trace), std::string(span)};
}

void SpanQueue::push(Span span) {
  const std::lock_guard lock(mutex_);
  if (spans_.size() >= kSpansMax) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  spans_.push_back(std::move(span));
}

std::vector<Span> SpanQueue::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(spans_, {});
}

std::string otlp_traces(const std::vector<Span>& spans, std::string_view service_version) {
  json::array all;
  for (const Span& span : spans) all.push_back(to_json(span));
  json::object scope;
  scope["name"] = "bedplate";
  json::object scoped;
  scoped["scope"] = std::move(scope);
  scoped["spans"] = std::move(all);
  json::array scopes;
  scopes.push_back(std::move(scoped));
  json::object of_resource;
  of_resource["resource"] = otlp_resource(service_version);
  of_resource["scopeSpans"] = std::move(scopes);
  json::array resources;
  resources.push_back(std::move(of_resource));
  json::object out;
  out["resourceSpans"] = std::move(resources);
  return json::serialize(out);
}

}  // namespace bedplate::observe
