// Sends metrics and traces to an OpenTelemetry collector, over HTTP in JSON. docs/metrics.md.
#pragma once

#include <chrono>
#include <string>

#include "async/io_pool.hpp"
#include "async/task_group.hpp"
#include "observe/metrics/server_metrics.hpp"
#include "observe/otlp/spans.hpp"
#include "wire/client.hpp"

namespace bedplate::observe {

struct OtlpOptions {
  std::string endpoint;           ///< "http://127.0.0.1:4318"; empty: nothing is exported
  std::string authorization_env;  ///< environment variable with the Authorization header's value
  std::chrono::milliseconds interval{60'000};
  bool metrics = true;
  bool traces = true;
};

class OtlpExporter {
 public:
  /// All of them outlive it. Throws std::invalid_argument for an endpoint that is no URL.
  OtlpExporter(const OtlpOptions& options, wire::Client& client, ServerMetrics& metrics,
               std::string service_version);
  ~OtlpExporter();

  /// Begins to export.
  void start(Executor executor);
  /// Ends it. From no I/O thread.
  void stop_blocking();

 private:
  Task<> keep_exporting();
  Task<> export_once();
  Task<> post(std::string path, std::string body);

  const OtlpOptions options_;
  const wire::Endpoint endpoint_;
  const std::string authorization_;
  const std::string service_version_;
  wire::Client& client_;
  ServerMetrics& metrics_;
  TaskGroup tasks_;
  bool failing_ = false;  ///< said once, not at every interval
};

}  // namespace bedplate::observe
