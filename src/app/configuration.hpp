// What an operator configures: a TOML file, overridden by command-line flags. Every key, its
// meaning and its default: docs/configuration.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "inference/bindings.hpp"
#include "inference/engines.hpp"
#include "objects/local/local_objects.hpp"
#include "observe/audit_trail.hpp"
#include "observe/metrics/server_metrics.hpp"
#include "observe/otlp/otlp_exporter.hpp"
#include "operations/batch/batch_limits.hpp"
#include "operations/model_access/default_access.hpp"
#include "operations/quotas/quota_rules.hpp"
#include "storage/open_store.hpp"
#include "wire/server.hpp"

namespace bedplate::app {

struct Configuration {
  std::filesystem::path data_dir;
  wire::ServerOptions listen;
  bool generate_tls_certificate = false;  ///< `tls = "generate"`: into the data directory
  bool authentication = true;             ///< off only when listening on loopback
  std::string default_region = "us-east-1";
  std::size_t io_threads = 0;  ///< 0: one per core
  std::string log_level = "info";
  storage::StoreOptions storage;
  observe::AuditOptions audit;
  objects::LocalOptions objects;
  observe::MetricsOptions metrics;
  observe::OtlpOptions otlp;
  inference::EnginesOptions engines;
  std::vector<inference::Binding> bindings;
  std::vector<operations::QuotaRule> quotas;
  std::size_t slots_per_model_unit = 1;  ///< of an engine, for provisioned throughput
  std::size_t jobs_at_once = 4;
  std::chrono::seconds job_lease{30};  ///< after which other servers take over from a dead one
  operations::BatchLimits batch_limits;
  operations::DefaultAccess model_access = operations::DefaultAccess::kOpen;
  std::optional<std::filesystem::path> file;  ///< where it was read from
};

/// What the command line says; each member set overrides the file.
struct ConfigurationFlags {
  std::optional<std::string> config_file;
  std::optional<std::string> data_dir;
  std::optional<std::string> listen;  ///< HOST:PORT
  bool no_authentication = false;
};

/// Reads the file (when one is given or `bedplate.toml` stands in the data directory), applies the
/// flags and fills in the defaults: an embedding model bound to every embedding and rerank model,
/// the demo model bound to every text model. Throws std::invalid_argument with a text that names
/// the file, line and key at fault.
Configuration load_configuration_blocking(const ConfigurationFlags& flags);

/// Where `[tls] generate = true` puts the certificate; its key stands beside it.
std::filesystem::path generated_certificate(const Configuration& configuration);

/// HOST:PORT, `[v6]:PORT` or `:PORT`; throws std::invalid_argument.
void parse_listen(const std::string& text, wire::ServerOptions& options);

bool is_loopback(const std::string& host);

/// Where the running binary's own files are: weights and engine, in a build tree or installed.
struct Installation {
  std::filesystem::path demo_weights;       ///< empty when not found
  std::filesystem::path embedding_weights;  ///< empty when not found
  std::filesystem::path engine_prefix;      ///< empty when not found
};
Installation find_installation_blocking();

}  // namespace bedplate::app
