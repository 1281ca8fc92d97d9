#include "app/metrics_sources.hpp"

#include "app/version.hpp"

namespace bedplate::app {
namespace {

using inference::EngineStatus;
using observe::MetricFacts;
using observe::MetricWriter;

void write_engines(MetricWriter& out, const std::vector<EngineStatus>& engines) {
  const auto all = [&](std::string_view type, const char* name, const char* help, auto value_of) {
    const MetricFacts facts{name, help, {"engine"}};
    out.family(facts, type);
    for (const EngineStatus& engine : engines) {
      out.sample(facts, {engine.name}, static_cast<double>(value_of(engine)));
    }
  };
  all("gauge", "bedplate_engine_ready", "1: the engine answers; 0: stopped, starting or failed.",
      [](const EngineStatus& engine) { return engine.state == "ready" ? 1 : 0; });
  all("gauge", "bedplate_engine_slots", "Requests that the engine works on at once, at most.",
      [](const EngineStatus& engine) { return engine.slots; });
  all("gauge", "bedplate_engine_slots_busy", "Requests that the engine works on.",
      [](const EngineStatus& engine) { return engine.slots_busy; });
  all("gauge", "bedplate_engine_queue_length", "Requests that wait for a slot of the engine.",
      [](const EngineStatus& engine) { return engine.waiting; });
  all("gauge", "bedplate_engine_memory_bytes", "Memory of the engine's process.",
      [](const EngineStatus& engine) { return engine.memory_bytes; });
  all("counter", "bedplate_engine_restarts",
      "Times that the engine's process died unasked, to be started again.",
      [](const EngineStatus& engine) { return engine.restarts; });
}

void write_prompt_cache(MetricWriter& out, const inference::PromptCache::Counts& counts) {
  const MetricFacts lookups{"bedplate_prompt_cache_lookups",
                            "Cache points of prompts, by whether their prefix was kept.",
                            {"result"}};
  out.family(lookups, "counter");
  out.sample(lookups, {"hit"}, static_cast<double>(counts.hits));
  out.sample(lookups, {"miss"}, static_cast<double>(counts.misses));
  out.single("gauge", "bedplate_prompt_cache_prefixes", "Prefixes of prompts that are kept.",
             static_cast<double>(counts.prefixes));
}

void write_audit(MetricWriter& out, const observe::AuditTrail& audit) {
  out.single("gauge", "bedplate_audit_queue_length", "Events that wait for the disk.",
             static_cast<double>(audit.waiting()));
  out.single("counter", "bedplate_audit_events_lost", "Events that found no room in the queue.",
             static_cast<double>(audit.lost()));
}

void write_connections(MetricWriter& out, const wire::ServerCounters& counters) {
  out.single("gauge", "bedplate_connections_open", "Connections of clients.",
             static_cast<double>(counters.connections_open));
  out.single("counter", "bedplate_connections", "Connections of clients since the start.",
             static_cast<double>(counters.connections_total));
  out.single("gauge", "bedplate_requests_in_flight", "Requests that are being answered.",
             static_cast<double>(counters.requests_in_flight));
}

}  // namespace

void add_sources(observe::ServerMetrics& metrics, const inference::Engines& engines,
                 const inference::PromptCache& prompt_cache, const observe::AuditTrail* audit,
                 const wire::Server& server) {
  metrics.add_source([&engines](MetricWriter& out) { write_engines(out, engines.status()); });
  metrics.add_source(
      [&prompt_cache](MetricWriter& out) { write_prompt_cache(out, prompt_cache.counts()); });
  metrics.add_source([&server](MetricWriter& out) { write_connections(out, server.counters()); });
  if (audit != nullptr) {
    metrics.add_source([audit](MetricWriter& out) { write_audit(out, *audit); });
  }
  metrics.add_source([](MetricWriter& out) {
    const MetricFacts facts{"bedplate_build_info", "Which Bedplate this is.", {"version"}};
    out.family(facts, "gauge");
    out.sample(facts, {std::string(version_text())}, 1);
  });
}

std::unique_ptr<observe::OtlpExporter> start_exporting(const Configuration& configuration,
                                                       wire::Client& client,
                                                       observe::ServerMetrics& metrics,
                                                       Executor executor) {
  if (configuration.otlp.endpoint.empty()) return nullptr;
  auto exporter =
      std::make_unique<observe::OtlpExporter>(configuration.otlp, client, metrics, version_text());
  exporter->start(executor);
  return exporter;
}

}  // namespace bedplate::app
