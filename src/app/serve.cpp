// `bedplate serve`: wires everything, serves until a signal, drains and ends its children.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/metrics_sources.hpp"
#include "app/open_objects.hpp"
#include "app/reporting.hpp"
#include "app/server_id.hpp"
#include "app/server_record.hpp"
#include "app/version.hpp"
#include "base/log.hpp"
#include "identity/authenticator.hpp"
#include "inference/bindings.hpp"
#include "jobs/job_runner.hpp"
#include "observe/audit_trail.hpp"
#include "operations/async_invoke/async_invoke.hpp"
#include "operations/batch/batch_run.hpp"
#include "operations/gateway.hpp"
#include "operations/model_access/model_access.hpp"
#include "operations/provisioned_throughput/reserved_capacity.hpp"
#include "storage/open_store.hpp"
#include "wire/server.hpp"

namespace bedplate::app {
namespace {

constexpr auto kDrainMax = std::chrono::seconds(30);
/// For jobs to save what they have.
constexpr auto kJobsStopMax = std::chrono::seconds(10);
constexpr auto kSignalCheckPeriod = std::chrono::milliseconds(50);

/// SIGINT and SIGTERM, taken by this thread only: blocked before any other thread starts.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int which = 0;
    sigwait(&signals_, &which);
  }
  bool pending() const {
    const timespec none{0, 0};
    return sigtimedwait(&signals_, nullptr, &none) > 0;
  }

 private:
  sigset_t signals_;
};

/// Every connection is a file descriptor; the usual soft limit of 1,024 is no use to a server.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string url_of(const Configuration& configuration, std::uint16_t port) {
  const bool tls = configuration.listen.tls.has_value();
  std::string host = configuration.listen.host;
  if (host == "0.0.0.0" || host == "::") host = "127.0.0.1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}", tls ? "https" : "http", host, port);
}

void prepare_tls_blocking(Configuration& configuration) {
  if (!configuration.generate_tls_certificate) return;
  configuration.listen.tls = wire::TlsFiles{generated_certificate(configuration).string(),
                                            (configuration.data_dir / "tls-key.pem").string()};
  wire::generate_certificate_blocking(*configuration.listen.tls, configuration.listen.host);
}

void print_banner(const Configuration& configuration, const identity::CredentialStore& store,
                  const std::string& url, const std::string& certificate) {
  fmt::print("bedplate is ready on {}\n\n", url);
  if (configuration.authentication) {
    fmt::print("{}", environment_text(
                         client_environment(configuration, store, url, certificate, false), "sh"));
  } else {
    fmt::print("export AWS_ENDPOINT_URL={}\n", url);
  }
  fmt::print(
      "\nEvery text model without an engine of its own is answered by the demo model, a "
      "toy:\nbind real weights in bedplate.toml (docs/configuration.md), see what serves "
      "what with\n`bedplate models`.\n");
  std::fflush(stdout);
}

std::unique_ptr<observe::AuditTrail> open_audit_trail_blocking(
    const Configuration& configuration, const identity::CredentialStore& store,
    const Clock& clock) {
  if (!configuration.audit.enabled) return nullptr;
  return std::make_unique<observe::AuditTrail>(
      configuration.audit, store.derived_key(observe::kAuditKeyPurpose),
      observe::AuditOrigin{store.account_id(), configuration.default_region}, clock);
}

/// The first signal drains; another one during the drain, or its end, cuts off what is left.
void drain(wire::Server& server, const StopSignals& signals) {
  log::info("stopping: requests in flight may end");
  const auto until = SteadyClock::now() + kDrainMax;
  while (!server.drain_blocking(kSignalCheckPeriod)) {
    if (signals.pending() || SteadyClock::now() >= until) break;
  }
  server.stop_blocking(std::chrono::milliseconds(0));
}

jobs::JobRunnerOptions job_options(const Configuration& configuration) {
  jobs::JobRunnerOptions options;
  options.server = server_id_blocking(configuration.data_dir);
  options.jobs_max = configuration.jobs_at_once;
  options.lease = configuration.job_lease;
  options.heartbeat = options.lease / 3;
  return options;
}

std::vector<Executor> loops_of(IoPool& pool) {
  std::vector<Executor> loops;
  for (std::size_t i = 0; i < pool.size(); ++i) loops.push_back(pool.executor(i));
  return loops;
}

int serve(Configuration configuration) {
  const StopSignals signals;
  raise_file_limit();
  DataDirLock lock(configuration.data_dir);
  prepare_tls_blocking(configuration);

  const MachineClock clock;
  const auto store =
      identity::CredentialStore::open_blocking(configuration.data_dir.string(), clock);
  identity::AuthenticatorOptions authentication;
  authentication.allow_anonymous = !configuration.authentication;
  authentication.default_region = configuration.default_region;
  const std::size_t threads = configuration.io_threads > 0
                                  ? configuration.io_threads
                                  : std::max(1u, std::thread::hardware_concurrency());
  IoPool pool(threads);
  const auto state = storage::open_store_blocking(configuration.storage);
  observe::ServerMetrics metrics(*state, clock, configuration.metrics);
  identity::Directories directories(*state,
                                    store->derived_key(identity::CredentialStore::kSecretsPurpose));
  directories.load_blocking();
  directories.watch(pool.executor(pool.next()));
  identity::LastUses last_uses(*state);
  last_uses.start(pool.executor(pool.next()));
  const identity::Authenticator authenticator(store, clock, authentication, &directories.current());
  wire::Client client(pool, {});
  inference::ModelCatalogue catalogue = inference::ModelCatalogue::built_in();
  inference::Engines engines(pool, client, configuration.engines);
  const inference::Bindings bindings(catalogue, engines, configuration.bindings);
  const inference::ReasoningSigner reasoning_signer(store->derived_key("reasoning"));
  documents::DocumentReader document_reader;
  inference::PromptCache prompt_cache;
  operations::QuotaLedger quotas(
      configuration.quotas, operations::regions_of(catalogue, configuration.default_region), clock);
  operations::ModelAccess model_access(*state, configuration.model_access);
  model_access.load_blocking();
  model_access.watch(pool.executor(pool.next()));
  operations::ReservedCapacity reserved_capacity(*state, bindings, clock,
                                                 configuration.slots_per_model_unit);
  reserved_capacity.start_blocking(pool.executor(pool.next()));
  const auto object_store = open_objects_blocking(configuration, *store, clock);
  jobs::JobRunner job_runner(*state, clock, job_options(configuration), loops_of(pool));
  const operations::Services services{
      .clock = clock,
      .bindings = bindings,
      .reasoning_signer = reasoning_signer,
      .credentials = *store,
      .document_reader = document_reader,
      .prompt_cache = prompt_cache,
      .store = *state,
      .directories = directories,
      .last_uses = last_uses,
      .quotas = quotas,
      .reserved_capacity = reserved_capacity,
      .model_access = model_access,
      .objects = object_store.get(),
      .metrics = &metrics,
      .jobs = &job_runner,
      .batch_limits = configuration.batch_limits,
  };
  job_runner.add(operations::async_invocation(services));
  job_runner.add(operations::batch_inference(services));
  const auto audit = open_audit_trail_blocking(configuration, *store, clock);
  operations::Gateway gateway(services, authenticator, audit.get());

  configuration.listen.streams_body = operations::Gateway::streams_body;
  wire::Server server(
      pool, configuration.listen,
      [&gateway](wire::Request request, wire::ResponseWriter& writer) {
        return gateway.serve(std::move(request), writer);
      },
      operations::Gateway::render_wire_error);
  add_sources(metrics, engines, prompt_cache, audit.get(), server);
  const auto otlp = start_exporting(configuration, client, metrics, pool.executor(pool.next()));
  server.start();
  job_runner.start_blocking();
  const std::string url = url_of(configuration, server.port());
  const std::string certificate =
      configuration.generate_tls_certificate ? generated_certificate(configuration).string() : "";
  lock.publish_blocking({url, static_cast<long>(::getpid()), certificate});
  print_banner(configuration, *store, url, certificate);

  signals.wait();
  drain(server, signals);
  if (otlp) otlp->stop_blocking();
  metrics.stop_blocking();
  job_runner.stop_blocking(kJobsStopMax);
  reserved_capacity.stop_blocking();
  engines.stop_blocking();
  directories.stop_blocking();
  last_uses.stop_blocking();
  model_access.stop_blocking();
  pool.stop();
  return 0;
}

}  // namespace

int serve_command(const Configuration& configuration) {
  return reporting([&] { return serve(configuration); });
}

}  // namespace bedplate::app
