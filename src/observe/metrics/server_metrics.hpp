// Everything that the server measures of itself: what is counted where requests are answered, what
// others are asked for at a scrape, and what goes to the store.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "identity/principal.hpp"
#include "observe/metrics/instruments.hpp"
#include "observe/metrics/metric_history.hpp"
#include "observe/metrics/model_use.hpp"
#include "observe/metrics/usage_ledger.hpp"
#include "observe/otlp/spans.hpp"
#include "storage/store.hpp"

namespace bedplate::observe {

/// What nginx calls a request whose client went away before the answer.
inline constexpr int kClientGone = 499;

struct MetricsOptions {
  /// Who may read `/metrics` (docs/metrics.md).
  enum class Access { kLoopback, kSigned, kOpen, kOff };  // configuration.cpp has their names
  Access access = Access::kLoopback;
  /// How often what is new goes to the store: what a crash may lose.
  std::chrono::milliseconds flush_interval{60'000};
};

/// How a request ended.
struct RequestEnd {
  std::string_view service;    ///< "bedrock-runtime", "iam", …
  std::string_view operation;  ///< "Converse"
  int http_status = 200;       ///< kClientGone: nobody was there to see it
  SteadyClock::time_point received{};
  SteadyClock::time_point ended{};
  std::string_view traceparent = {};  ///< the header of that name

  std::chrono::nanoseconds elapsed() const { return ended - received; }
};

/// Safe from every thread. `store` and `clock` outlive it.
class ServerMetrics {
 public:
  ServerMetrics(storage::Store& store, const Clock& clock, const MetricsOptions& options);
  ~ServerMetrics();  ///< stops
  ServerMetrics(const ServerMetrics&) = delete;
  ServerMetrics& operator=(const ServerMetrics&) = delete;

  /// Counts a request, and what it used of a model.
  void request_ended(const RequestEnd& end, const identity::Principal& principal,
                     const ModelUse& use);
  /// What is asked for at every scrape. Call it before the first one.
  void add_source(std::function<void(MetricWriter&)> source);

  /// All of it, made on a thread of its own: no request waits for a scrape.
  Task<std::string> scrape(Exposition::Format format);
  std::string scrape_blocking(Exposition::Format format) const;

  /// The same as the body of an OTLP export.
  Task<std::string> otlp(std::string service_version);
  std::string otlp_blocking(std::string_view service_version) const;
  /// From now on calls to models are kept as spans, for take_spans().
  void trace() { tracing_.store(true); }
  std::vector<Span> take_spans() { return spans_.take(); }

  /// Outlives this object where somebody still reads it.
  std::shared_ptr<MetricHistory> history() const { return history_; }
  const MetricsOptions& options() const { return options_; }
  /// Writes what is new to the store.
  void flush_blocking();
  /// The same, and no scrape goes on: what the sources ask may go away. From no I/O thread.
  void stop_blocking();

 private:
  struct Families;
  void count_call(const RequestEnd& end, const identity::Principal& principal, const ModelUse& use);
  void count_success(const RequestEnd& end, const identity::Principal& principal,
                     const ModelUse& use);
  void write_history(const RequestEnd& end, const identity::Principal& principal,
                     const ModelUse& use);
  void note_span(const RequestEnd& end, const identity::Principal& principal, const ModelUse& use);
  void note_usage(const identity::Principal& principal, const ModelUse& use);
  void write_all(MetricWriter& out) const;
  void write_process(MetricWriter& out) const;
  void run_blocking();

  const MetricsOptions options_;
  storage::Store& store_;
  const Clock& clock_;
  const Timestamp started_;
  std::shared_ptr<Families> families_;
  std::vector<std::function<void(MetricWriter&)>> sources_;
  const std::shared_ptr<MetricHistory> history_ = std::make_shared<MetricHistory>();
  UsageLedger usage_;
  std::atomic<bool> tracing_{false};
  SpanQueue spans_;

  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  std::unique_ptr<BlockingPool> scrapes_;
  std::thread writer_;
};

}  // namespace bedplate::observe
