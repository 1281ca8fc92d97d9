#include "observe/metrics/server_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "identity/policy/principals.hpp"
#include "observe/otlp/otlp_metrics.hpp"

namespace bedplate::observe {
namespace {

using std::chrono::duration;
using Labels = std::vector<std::string>;

constexpr auto kPurgeInterval = std::chrono::hours(24);
constexpr std::size_t kScrapesMax = 16;

/// AWS's four ways for a call to end. Those that the model or its engine is to blame for are the
/// server's, whatever status they have.
enum class Outcome { kSuccess, kThrottled, kClientError, kServerError, kClientGone };

Outcome outcome_of(int http_status) {
  constexpr int kModelTimeout = 408, kModelError = 424, kThrottling = 429;
  if (http_status == kClientGone) return Outcome::kClientGone;
  if (http_status < 400) return Outcome::kSuccess;
  if (http_status == kThrottling) return Outcome::kThrottled;
  if (http_status >= 500 || http_status == kModelError || http_status == kModelTimeout) {
    return Outcome::kServerError;
  }
  return Outcome::kClientError;
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuccess:
      return "success";
    case Outcome::kThrottled:
      return "throttled";
    case Outcome::kClientError:
      return "client_error";
    case Outcome::kServerError:
      return "server_error";
    case Outcome::kClientGone:
      break;
  }
  return "client_gone";
}

double seconds(std::chrono::nanoseconds time) {
  return duration<double>(time).count();
}

double milliseconds(std::chrono::nanoseconds time) {
  return duration<double, std::milli>(time).count();
}

/// Sessions come and go: the role is who pays.
std::string payer_of(const identity::Principal& principal) {
  const identity::policy::Caller* caller = principal.caller.get();
  const bool role =
      caller != nullptr && caller->type == identity::policy::Caller::Type::kAssumedRole;
  return role && !caller->entity_arn.empty() ? caller->entity_arn : principal.arn;
}

}  // namespace

struct ServerMetrics::Families {
  static constexpr std::size_t kMax = Family<Counter>::kSeriesMax;
  const Labels per_model{"account", "region", "model"};

  Family<Counter> requests{"bedplate_requests", "Requests answered, by operation and HTTP status.",
                           Labels{"service", "operation", "status"}};
  Family<Histogram> request_seconds{
      "bedplate_request_duration_seconds", "From a request's arrival to its answer's end.",
      Labels{"service", "operation"}, kMax, std::span<const double>(kSecondsBounds)};
  Family<Counter> invocations{"bedplate_model_invocations", "Calls to models, by how they ended.",
                              Labels{"account", "region", "model", "outcome"}};
  Family<Histogram> invocation_seconds{"bedplate_model_invocation_duration_seconds",
                                       "Of successful calls to models: until the last token.",
                                       per_model, kMax, std::span<const double>(kSecondsBounds)};
  Family<Histogram> first_token_seconds{"bedplate_model_time_to_first_token_seconds",
                                        "Of successful calls to models: until the first token.",
                                        per_model, kMax, std::span<const double>(kSecondsBounds)};
  Family<Histogram> token_rate{"bedplate_model_output_tokens_per_second",
                               "Tokens of output by the time from the first to the last.",
                               per_model, kMax, std::span<const double>(kTokenRateBounds)};
  Family<Counter> tokens{"bedplate_model_tokens", "Tokens, by what they were.",
                         Labels{"account", "region", "model", "kind"}};
  Family<Counter> quota_tokens{"bedplate_model_quota_tokens",
                               "What calls took of a quota of tokens, limited or not.", per_model};
  Family<Counter> images{"bedplate_model_images", "Images made.", per_model};
  Family<Counter> legacy{"bedplate_model_legacy_invocations",
                         "Successful calls to models that are LEGACY on AWS.", per_model};
  Family<Counter> spend{"bedplate_model_spend_usd",
                        "What the calls cost at AWS's prices, in US dollars.", per_model};
  Family<Histogram> store_seconds{"bedplate_store_transaction_duration_seconds",
                                  "Transactions of the durable store.", Labels{"kind"}, kMax,
                                  std::span<const double>(kStoreSecondsBounds)};

  std::vector<const Exposed*> all() const {
    return {&requests,
            &request_seconds,
            &invocations,
            &invocation_seconds,
            &first_token_seconds,
            &token_rate,
            &tokens,
            &quota_tokens,
            &images,
            &legacy,
            &spend,
            &store_seconds};
  }
  std::uint64_t refused() const {
    return requests.refused() + request_seconds.refused() + invocations.refused() +
           invocation_seconds.refused() + first_token_seconds.refused() + token_rate.refused() +
           tokens.refused() + quota_tokens.refused() + images.refused() + legacy.refused() +
           spend.refused();
  }
};

ServerMetrics::ServerMetrics(storage::Store& store, const Clock& clock,
                             const MetricsOptions& options)
    : options_(options),
      store_(store),
      clock_(clock),
      started_(clock.now()),
      families_(std::make_shared<Families>()),
      scrapes_(std::make_unique<BlockingPool>("metrics", 1, kScrapesMax)),
      writer_([this] { run_blocking(); }) {
  // The store may outlive this object.
  store_.observe([families = families_](bool write, std::chrono::nanoseconds elapsed) {
    families->store_seconds.at({write ? "write" : "read"}).observe(seconds(elapsed));
  });
}

ServerMetrics::~ServerMetrics() {
  stop_blocking();
}

void ServerMetrics::stop_blocking() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
  }
  stopping_changed_.notify_all();
  writer_.join();
  scrapes_.reset();
  flush_blocking();
}

void ServerMetrics::run_blocking() {
  auto purge_at = SteadyClock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      flush_blocking();
      if (SteadyClock::now() >= purge_at) {
        purge_at = SteadyClock::now() + kPurgeInterval;
        history_->purge_blocking(store_, clock_.now());
        usage_.purge_blocking(store_, clock_.now());
      }
    } catch (const std::exception& problem) {
      log::warning("metrics: old rows could not be erased: {}", problem.what());
    }
    lock.lock();
    stopping_changed_.wait_for(lock, options_.flush_interval, [this] { return stopping_; });
  }
}

void ServerMetrics::flush_blocking() {
  history_->flush_blocking(store_);
  usage_.flush_blocking(store_);
}

void ServerMetrics::request_ended(const RequestEnd& end, const identity::Principal& principal,
                                  const ModelUse& use) {
  char status[8];
  const auto written = std::to_chars(status, status + sizeof status, end.http_status);
  const std::string_view status_text(status, static_cast<std::size_t>(written.ptr - status));
  families_->requests.at({end.service, end.operation, status_text}).add();
  families_->request_seconds.at({end.service, end.operation}).observe(seconds(end.elapsed()));
  if (use.model_id.empty() || !use.invokes) return;
  count_call(end, principal, use);
  if (tracing_.load(std::memory_order_relaxed)) note_span(end, principal, use);
}

void ServerMetrics::count_call(const RequestEnd& end, const identity::Principal& principal,
                               const ModelUse& use) {
  const Outcome outcome = outcome_of(end.http_status);
  families_->invocations
      .at({principal.account_id, principal.region, use.called_as, name_of(outcome)})
      .add();
  if (outcome == Outcome::kSuccess) count_success(end, principal, use);
  if (outcome != Outcome::kClientGone) write_history(end, principal, use);
  const bool used =
      outcome == Outcome::kSuccess || (outcome == Outcome::kClientGone && use.output_tokens > 0);
  if (!used) return;
  note_usage(principal, use);
  const auto count = [&](std::string_view kind, std::int64_t tokens) {
    if (tokens == 0) return;
    families_->tokens.at({principal.account_id, principal.region, use.called_as, kind})
        .add(static_cast<double>(tokens));
  };
  count("input", use.input_tokens);
  count("output", use.output_tokens);
  count("cache_read", use.cache_read_tokens);
  count("cache_write", use.cache_write_tokens);
}

void ServerMetrics::count_success(const RequestEnd& end, const identity::Principal& principal,
                                  const ModelUse& use) {
  Families& all = *families_;
  const auto labels = {std::string_view(principal.account_id), std::string_view(principal.region),
                       std::string_view(use.called_as)};
  all.invocation_seconds.at(labels).observe(seconds(end.elapsed()));
  if (use.first_token) {
    all.first_token_seconds.at(labels).observe(seconds(*use.first_token - end.received));
    const double generating = seconds(end.ended - *use.first_token);
    // The first token took none of that time.
    if (use.output_tokens > 1 && generating > 0) {
      all.token_rate.at(labels).observe(static_cast<double>(use.output_tokens - 1) / generating);
    }
  }
  if (const auto quota = quota_tokens(use); quota > 0) {
    all.quota_tokens.at(labels).add(static_cast<double>(quota));
  }
  if (use.images > 0) all.images.at(labels).add(static_cast<double>(use.images));
  if (use.legacy) all.legacy.at(labels).add();
}

void ServerMetrics::write_history(const RequestEnd& end, const identity::Principal& principal,
                                  const ModelUse& use) {
  std::array<MetricHistory::Value, kBedrockMetricCount> values;
  std::size_t count = 0;
  const auto add = [&](BedrockMetric metric, double value) { values[count++] = {metric, value}; };
  const auto add_some = [&](BedrockMetric metric, std::int64_t value) {
    if (value > 0) add(metric, static_cast<double>(value));
  };
  switch (outcome_of(end.http_status)) {
    case Outcome::kThrottled:
      add(BedrockMetric::kInvocationThrottles, 1);
      break;
    case Outcome::kClientError:
      add(BedrockMetric::kInvocationClientErrors, 1);
      break;
    case Outcome::kServerError:
      add(BedrockMetric::kInvocationServerErrors, 1);
      break;
    case Outcome::kClientGone:
      return;
    case Outcome::kSuccess:
      add(BedrockMetric::kInvocations, 1);
      add(BedrockMetric::kInvocationLatency, milliseconds(end.elapsed()));
      add_some(BedrockMetric::kInputTokenCount, use.input_tokens);
      add_some(BedrockMetric::kOutputTokenCount, use.output_tokens);
      add_some(BedrockMetric::kCacheReadInputTokens, use.cache_read_tokens);
      add_some(BedrockMetric::kCacheWriteInputTokens, use.cache_write_tokens);
      add_some(BedrockMetric::kOutputImageCount, use.images);
      add_some(BedrockMetric::kEstimatedTpmQuotaUsage, quota_tokens(use));
      if (use.legacy) add(BedrockMetric::kLegacyModelInvocations, 1);
      if (use.streams && use.first_token) {
        add(BedrockMetric::kTimeToFirstToken, milliseconds(*use.first_token - end.received));
      }
  }
  history_->add({principal.account_id, principal.region, use.called_as},
                std::span(values.data(), count), clock_.now());
}

void ServerMetrics::note_usage(const identity::Principal& principal, const ModelUse& use) {
  const UsageAmounts amounts = amounts_of(use);
  if (amounts.cost_usd > 0) {
    families_->spend.at({principal.account_id, principal.region, use.called_as})
        .add(amounts.cost_usd);
  }
  usage_.add({principal.account_id, principal.region, payer_of(principal), use.model_id,
              use.profile, use.own_profile},
             amounts, clock_.now());
}

void ServerMetrics::add_source(std::function<void(MetricWriter&)> source) {
  sources_.push_back(std::move(source));
}

Task<std::string> ServerMetrics::scrape(Exposition::Format format) {
  return on(*scrapes_, [this, format] { return scrape_blocking(format); });
}

Task<std::string> ServerMetrics::otlp(std::string service_version) {
  return on(*scrapes_,
            [this, version = std::move(service_version)] { return otlp_blocking(version); });
}

std::string ServerMetrics::otlp_blocking(std::string_view service_version) const {
  OtlpMetrics out(started_, clock_.now());
  write_all(out);
  return out.take(service_version);
}

std::string ServerMetrics::scrape_blocking(Exposition::Format format) const {
  Exposition out(format);
  write_all(out);
  return out.take();
}

void ServerMetrics::write_all(MetricWriter& out) const {
  for (const Exposed* family : families_->all()) family->write(out);
  out.single("counter", "bedplate_metrics_refused",
             "Values that found no room: too many combinations of labels.",
             static_cast<double>(families_->refused() + history_->lost() + spans_.lost()));
  for (const auto& source : sources_) source(out);
  write_process(out);
}

void ServerMetrics::note_span(const RequestEnd& end, const identity::Principal& principal,
                              const ModelUse& use) {
  Span span;
  span.parent = parse_traceparent(end.traceparent);
  span.operation = end.operation;
  span.http_status = end.http_status;
  span.ended = clock_.now();
  span.started = span.ended - std::chrono::duration_cast<std::chrono::milliseconds>(end.elapsed());
  span.account_id = principal.account_id;
  span.region = principal.region;
  span.use = use;
  spans_.push(std::move(span));
}

void ServerMetrics::write_process(MetricWriter& out) const {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto time = [](const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
  };
  out.single("counter", "process_cpu_seconds", "CPU time of the server, without its engines.",
             time(usage.ru_utime) + time(usage.ru_stime));
  double pages_all = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> pages_all >> pages;
  out.single("gauge", "process_resident_memory_bytes", "Memory of the server, without its engines.",
             pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  std::error_code ignored;
  const std::filesystem::directory_iterator files("/proc/self/fd", ignored);
  out.single("gauge", "process_open_fds", "Open file descriptors.",
             static_cast<double>(std::distance(begin(files), end(files))));
  out.single("gauge", "process_start_time_seconds", "When the server started, since 1970.",
             duration<double>(started_.time_since_epoch()).count());
}

}  // namespace bedplate::observe
