#include "observe/otlp/otlp_exporter.hpp"

#include <boost/asio/error.hpp>
#include <cstdlib>

#include "base/log.hpp"

namespace bedplate::observe {
namespace {

constexpr auto kStopMax = std::chrono::seconds(5);
constexpr int kRefused = 300;

std::string value_of(const std::string& variable) {
  const char* value = variable.empty() ? nullptr : std::getenv(variable.c_str());
  return value != nullptr ? value : "";
}

}  // namespace

OtlpExporter::OtlpExporter(const OtlpOptions& options, wire::Client& client, ServerMetrics& metrics,
                           std::string service_version)
    : options_(options),
      endpoint_(wire::parse_endpoint(options.endpoint)),
      authorization_(value_of(options.authorization_env)),
      service_version_(std::move(service_version)),
      client_(client),
      metrics_(metrics),
      tasks_("otlp") {
  if (options_.traces) metrics_.trace();
}

OtlpExporter::~OtlpExporter() {
  stop_blocking();
}

void OtlpExporter::start(Executor executor) {
  tasks_.spawn(executor, keep_exporting());
}

void OtlpExporter::stop_blocking() {
  tasks_.stop();
  tasks_.wait_blocking(kStopMax);
}

Task<> OtlpExporter::keep_exporting() {
  Timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    timer.expires_after(options_.interval);
    co_await timer.async_wait(use_task);
    co_await export_once();
  }
}

Task<> OtlpExporter::export_once() {
  std::string trouble;
  try {
    if (options_.metrics) {
      std::string body = co_await metrics_.otlp(service_version_);
      co_await post("/v1/metrics", std::move(body));
    }
    const std::vector<Span> spans = metrics_.take_spans();
    if (!spans.empty()) {
      std::string body = otlp_traces(spans, service_version_);
      co_await post("/v1/traces", std::move(body));
    }
  } catch (const boost::system::system_error& problem) {
    if (problem.code() == boost::asio::error::operation_aborted) throw;  // stopped
    trouble = problem.what();
  } catch (const std::exception& problem) {
    trouble = problem.what();
  }
  if (!trouble.empty() && !failing_) {
    log::warning("OTLP: {} cannot be exported to: {}", endpoint_.text(), trouble);
  }
  failing_ = !trouble.empty();
}

Task<> OtlpExporter::post(std::string path, std::string body) {
  wire::ClientRequest request;
  request.path = std::move(path);
  request.headers.add("Content-Type", "application/json");
  if (!authorization_.empty()) request.headers.add("Authorization", authorization_);
  request.body = std::move(body);
  const auto response = co_await client_.send(endpoint_, std::move(request));
  const std::string answer = co_await response->read_all();
  if (response->status() >= kRefused) {
    throw std::runtime_error(fmt::format("the collector answered {}", response->status()));
  }
}

}  // namespace bedplate::observe
