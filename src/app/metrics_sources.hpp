// What the parts of the server say of themselves at a scrape.
#pragma once

#include "app/configuration.hpp"
#include "inference/engines.hpp"
#include "inference/prompt_cache.hpp"
#include "observe/audit_trail.hpp"
#include "observe/metrics/server_metrics.hpp"
#include "wire/server.hpp"

namespace bedplate::app {

/// All of them are asked until ServerMetrics::stop_blocking(). `audit` may be nullptr.
void add_sources(observe::ServerMetrics& metrics, const inference::Engines& engines,
                 const inference::PromptCache& prompt_cache, const observe::AuditTrail* audit,
                 const wire::Server& server);

/// Begins to export to the collector of the configuration; nullptr when there is none.
std::unique_ptr<observe::OtlpExporter> start_exporting(const Configuration& configuration,
                                                       wire::Client& client,
                                                       observe::ServerMetrics& metrics,
                                                       Executor executor);

}  // namespace bedplate::app
