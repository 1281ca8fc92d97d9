#include "app/configuration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include "app/engine_sections.hpp"
#include "app/service_sections.hpp"

namespace bedplate::app {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kDemoEngine = "demo";
constexpr std::string_view kEmbeddingEngine = "embedding";
constexpr const char* kEmbeddingWeights = "all-minilm-l6-v2.gguf";

std::invalid_argument bad(const std::string& what) {
  return std::invalid_argument(what);
}

fs::path default_data_dir() {
  const char* xdg = std::getenv("XDG_DATA_HOME");
  return (xdg != nullptr && *xdg != '\0' ? fs::path(xdg) : home_directory() / ".local/share") /
         "bedplate";
}

void read_file(const fs::path& file, Configuration& configuration) {
  Section root = Section::of_file_blocking(file);
  if (auto path = root.path("data_dir")) configuration.data_dir = std::move(*path);
  if (const auto text = root.text("listen")) parse_listen(*text, configuration.listen);
  if (const auto text = root.text("region")) configuration.default_region = *text;
  if (const auto text = root.text("log_level")) configuration.log_level = *text;
  root.read("io_threads", configuration.io_threads, 1, 256);
  configuration.authentication = root.flag("authentication").value_or(true);
  if (auto path = root.path("llama_server")) configuration.engines.llama_server = std::move(*path);
  if (const auto n = root.integer("memory_budget_mib", 1, 1'000'000'000)) {
    configuration.engines.memory_budget_bytes = *n * 1024 * 1024;
  }
  const auto read = [&root](std::string_view name, auto reader, auto& target) {
    if (const auto section = root.section(name)) reader(*section, target);
  };
  read("tls", read_tls, configuration);
  read("limits", read_limits, configuration.listen.limits);
  read("storage", read_storage, configuration.storage);
  read("audit", read_audit, configuration.audit);
  read("objects", read_objects, configuration.objects);
  read("metrics", read_metrics, configuration.metrics);
  read("jobs", read_jobs, configuration);
  read("batch_inference", read_batch_limits, configuration.batch_limits);
  read("otlp", read_otlp, configuration.otlp);
  read("provisioned_throughput", read_provisioned_throughput, configuration.slots_per_model_unit);
  read("model_access", read_model_access, configuration.model_access);
  for (const Section& section : root.sections("quotas")) read_quota(section, configuration.quotas);
  if (auto engines = root.section("engines")) {
    for (const std::string& name : engines->keys()) {
      configuration.engines.engines.push_back(read_engine(*engines->section(name), name));
    }
  }
  for (const Section& section : root.sections("bindings")) {
    configuration.bindings.push_back(read_binding(section, configuration));
  }
  root.refuse_unknown();
}

/// Adds an engine of the server's own. False when the operator has defined one of that name.
bool add_own_engine(Configuration& configuration, std::string_view name, const fs::path& weights) {
  for (const auto& engine : configuration.engines.engines) {
    if (engine.name == name) return false;
  }
  inference::EngineOptions engine;
  engine.name = name;
  inference::LlamaCppOptions options;
  options.weights = weights;
  engine.kind = options;
  configuration.engines.engines.push_back(std::move(engine));
  return true;
}

/// An embedding model for every embedding and rerank model that nothing else is bound to.
void add_embedding_model(Configuration& configuration, const fs::path& weights) {
  if (!add_own_engine(configuration, kEmbeddingEngine, weights)) return;
  configuration.bindings.push_back(
      {{"*embed*", "*rerank*", "amazon.titan-e1t-medium", "amazon.titan-elt-medium"},
       {},
       std::string(kEmbeddingEngine),
       false});
}

/// The demo model for every text model that nothing else is bound to.
void add_demo_model(Configuration& configuration, const fs::path& weights) {
  if (!add_own_engine(configuration, kDemoEngine, weights)) return;
  configuration.bindings.push_back({{"bedplate.demo-chat"}, {}, std::string(kDemoEngine), false});
  configuration.bindings.push_back({{"*"}, {}, std::string(kDemoEngine), true});
}

}  // namespace

fs::path generated_certificate(const Configuration& configuration) {
  return configuration.data_dir / "tls-certificate.pem";
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void parse_listen(const std::string& text, wire::ServerOptions& options) {
  const std::size_t colon = text.rfind(':');
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const bool has_port = colon != std::string::npos && colon + 1 < text.size();
  const auto parsed = std::from_chars(text.data() + (has_port ? colon + 1 : 0), end, port);
  if (!has_port || parsed.ec != std::errc{} || parsed.ptr != end || port > 65535) {
    throw bad(fmt::format("'{}' is not HOST:PORT", text));
  }
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  options.host = host.empty() ? "0.0.0.0" : host;
  options.port = static_cast<std::uint16_t>(port);
}

Installation find_installation_blocking() {
  std::error_code ignored;
  const fs::path bin = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const auto first = [&](std::initializer_list<fs::path> candidates) {
    for (const fs::path& path : candidates) {
      if (fs::exists(path, ignored)) return fs::weakly_canonical(path);
    }
    return fs::path{};
  };
  return {
      first({bin / "../share/bedplate/models/demo-chat.gguf", bin / "../../models/demo-chat.gguf"}),
      first({bin / "../share/bedplate/models" / kEmbeddingWeights,
             bin / "../../.deps/models" / kEmbeddingWeights}),
      first({bin / "../libexec/bedplate/engine", bin / "../../.deps/engine"})};
}

Configuration load_configuration_blocking(const ConfigurationFlags& flags) {
  Configuration configuration;
  const fs::path here = fs::current_path();
  configuration.data_dir = flags.data_dir ? expand_home(*flags.data_dir, here) : default_data_dir();
  const fs::path beside_data = configuration.data_dir / "bedplate.toml";
  if (flags.config_file) {
    configuration.file = expand_home(*flags.config_file, here);
    if (!fs::exists(*configuration.file)) {
      throw bad(fmt::format("there is no configuration file {}", configuration.file->string()));
    }
  } else if (fs::exists(beside_data)) {
    configuration.file = beside_data;
  }
  if (configuration.file) read_file(*configuration.file, configuration);
  if (flags.data_dir) configuration.data_dir = expand_home(*flags.data_dir, here);
  if (flags.listen) parse_listen(*flags.listen, configuration.listen);
  if (flags.no_authentication) configuration.authentication = false;
  if (!configuration.authentication && !is_loopback(configuration.listen.host)) {
    throw bad(fmt::format(
        "authentication may be off only on a loopback address, and {} is none: listen on "
        "127.0.0.1 or leave authentication on",
        configuration.listen.host));
  }
  const Installation installation = find_installation_blocking();
  configuration.engines.run_dir = configuration.data_dir / "run";
  configuration.storage.file = configuration.data_dir / "bedplate.db";
  if (configuration.audit.log.directory.empty()) {
    configuration.audit.log.directory = configuration.data_dir / "audit";
  }
  if (configuration.objects.directory.empty()) {
    configuration.objects.directory = configuration.data_dir / "objects";
  }
  configuration.engines.engine_prefix = installation.engine_prefix;
  add_embedding_model(configuration, installation.embedding_weights.empty()
                                         ? configuration.data_dir / "models" / kEmbeddingWeights
                                         : installation.embedding_weights);
  add_demo_model(configuration, installation.demo_weights.empty()
                                    ? configuration.data_dir / "models/demo-chat.gguf"
                                    : installation.demo_weights);
  return configuration;
}

}  // namespace bedplate::app
