// What the parts of the server say of themselves at a scrape.
#pragma once

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

}  // namespace bedplate::app
