#include "app/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "app/objects_section.hpp"

namespace bedplate::app {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kDemoEngine = "demo";
constexpr std::string_view kEmbeddingEngine = "embedding";
constexpr const char* kEmbeddingWeights = "all-minilm-l6-v2.gguf";

std::invalid_argument bad(const std::string& what) {
  return std::invalid_argument(what);
}

fs::path home_directory() {
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != '\0' ? fs::path(home) : fs::path("/");
}

fs::path default_data_dir() {
  const char* xdg = std::getenv("XDG_DATA_HOME");
  return (xdg != nullptr && *xdg != '\0' ? fs::path(xdg) : home_directory() / ".local/share") /
         "bedplate";
}

fs::path expand_home(const std::string& text, const fs::path& relative_to) {
  if (text.starts_with("~/")) return home_directory() / text.substr(2);
  const fs::path path(text);
  return path.is_absolute() ? path : relative_to / path;
}

/// One table of the file. Every key must be asked for: a typo is an error, not a silence.
class Section {
 public:
  Section(const toml::table& table, std::string name, fs::path file)
      : table_(table), name_(std::move(name)), file_(std::move(file)) {}

  template <class T>
  std::optional<T> get(std::string_view key, const char* expected) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<T>();
    if (!value) throw at(*node, fmt::format("'{}' must be {}", path(key), expected));
    return value;
  }
  std::optional<std::string> text(std::string_view key) {
    return get<std::string>(key, "a text in quotes");
  }
  std::optional<bool> flag(std::string_view key) { return get<bool>(key, "true or false"); }
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max) {
    const auto value = get<std::int64_t>(key, "a whole number");
    if (value && (*value < min || *value > max)) {
      throw at(*find(key), fmt::format("'{}' must be from {} to {}", path(key), min, max));
    }
    return value;
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> out;
    const toml::node* node = find(key);
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    if (list == nullptr) throw at(*node, fmt::format("'{}' must be a list of texts", path(key)));
    for (const toml::node& item : *list) {
      const auto text = item.value_exact<std::string>();
      if (!text) throw at(item, fmt::format("'{}' must be a list of texts", path(key)));
      out.push_back(*text);
    }
    return out;
  }
  std::optional<Section> section(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const toml::table* table = node->as_table();
    if (table == nullptr) throw at(*node, fmt::format("'{}' must be a table", path(key)));
    return Section(*table, path(key), file_);
  }
  std::vector<Section> sections(std::string_view key) {
    std::vector<Section> out;
    const toml::node* node = find(key);
    if (node == nullptr) return out;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      throw at(*node, fmt::format("'{}' must be written as [[{}]]", path(key), path(key)));
    }
    for (const toml::node& item : *list) {
      if (!item.is_table()) throw at(item, fmt::format("'{}' must hold tables", path(key)));
      out.emplace_back(*item.as_table(), path(key), file_);
    }
    return out;
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> out;
    for (const auto& [key, value] : table_) out.emplace_back(key.str());
    return out;
  }
  void refuse_unknown() const {
    for (const auto& [key, value] : table_) {
      if (!known_.contains(std::string(key.str()))) {
        throw at(value, fmt::format("unknown key '{}'", path(key.str())));
      }
    }
  }
  std::invalid_argument error(const std::string& what) const { return at(table_, what); }

 private:
  const toml::node* find(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
  }
  std::string path(std::string_view key) const {
    return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
  }
  std::invalid_argument at(const toml::node& node, const std::string& what) const {
    return bad(fmt::format("{}:{}: {}", file_.string(), node.source().begin.line, what));
  }

  const toml::table& table_;
  std::string name_;
  fs::path file_;
  std::set<std::string> known_;
};

inference::LlamaTask read_task(Section& section) {
  using Task = inference::LlamaTask;
  const auto task = section.text("task");
  if (!task) return Task::kAuto;
  if (*task == "generate") return Task::kGenerate;
  if (*task == "embed") return Task::kEmbed;
  if (*task == "rerank") return Task::kRank;
  throw section.error("'task' must be \"generate\", \"embed\" or \"rerank\"");
}

inference::LlamaCppOptions read_llama_cpp(Section& section, const fs::path& base) {
  inference::LlamaCppOptions options;
  const auto weights = section.text("weights");
  if (!weights) throw section.error("an engine of type llama.cpp needs 'weights'");
  options.weights = expand_home(*weights, base);
  if (const auto projector = section.text("projector")) {
    options.projector = expand_home(*projector, base);
  }
  if (const auto n = section.integer("slots", 1, 256)) options.slots = static_cast<int>(*n);
  if (const auto n = section.integer("context_tokens", 16, 100'000'000)) {
    options.context_tokens = static_cast<int>(*n);
  }
  if (const auto n = section.integer("threads", 1, 1024)) options.threads = static_cast<int>(*n);
  options.load_at_start = section.flag("load_at_start").value_or(false);
  if (const auto n = section.integer("queue_max", 0, 1'000'000)) {
    options.queue_max = static_cast<std::size_t>(*n);
  }
  options.task = read_task(section);
  options.extra_arguments = section.texts("extra_arguments");
  return options;
}

/// What the engines elsewhere have in common.
template <class Options>
void read_upstream(Section& section, Options& options) {
  options.model = section.text("model").value_or("");
  options.api_key_env = section.text("api_key_env").value_or("");
  options.api_key_file = section.text("api_key_file").value_or("");
  if (const auto n = section.integer("concurrency_max", 1, 1'000'000)) {
    options.concurrency_max = static_cast<std::size_t>(*n);
  }
  if (const auto n = section.integer("queue_max", 0, 1'000'000)) {
    options.queue_max = static_cast<std::size_t>(*n);
  }
}

inference::OpenAiOptions read_openai(Section& section) {
  inference::OpenAiOptions options;
  options.endpoints = section.texts("endpoints");
  if (options.endpoints.empty()) throw section.error("an engine of type openai needs 'endpoints'");
  read_upstream(section, options);
  return options;
}

/// The upstream's names for our model ids.
void read_model_names(Section& section, std::map<std::string, std::string>& names) {
  auto models = section.section("models");
  if (!models) return;
  for (const std::string& id : models->keys()) names[id] = *models->text(id);
}

inference::AnthropicOptions read_anthropic(Section& section) {
  inference::AnthropicOptions options;
  if (auto endpoints = section.texts("endpoints"); !endpoints.empty()) {
    options.endpoints = std::move(endpoints);
  }
  read_upstream(section, options);
  read_model_names(section, options.models);
  return options;
}

inference::BedrockOptions read_bedrock(Section& section, const fs::path& base) {
  inference::BedrockOptions options;
  const auto region = section.text("region");
  if (!region) throw section.error("an engine of type bedrock needs 'region'");
  options.region = *region;
  options.endpoints = section.texts("endpoints");
  read_upstream(section, options);
  read_model_names(section, options.models);
  if (const auto file = section.text("credentials_file")) {
    options.credentials_file = expand_home(*file, base);
  }
  const auto name = [&](const char* key, std::string& value) {
    if (auto text = section.text(key)) value = std::move(*text);
  };
  name("profile", options.profile);
  name("access_key_id_env", options.access_key_id_env);
  name("secret_access_key_env", options.secret_access_key_env);
  name("session_token_env", options.session_token_env);
  return options;
}

inference::EngineOptions read_engine(Section section, const std::string& name,
                                     const fs::path& base) {
  inference::EngineOptions engine;
  engine.name = name;
  const std::string type = section.text("type").value_or("");
  if (type == "llama.cpp") {
    engine.kind = read_llama_cpp(section, base);
  } else if (type == "openai") {
    engine.kind = read_openai(section);
  } else if (type == "anthropic") {
    engine.kind = read_anthropic(section);
  } else if (type == "bedrock") {
    engine.kind = read_bedrock(section, base);
  } else if (type == "scripted") {
    const auto rules = section.text("rules");
    if (!rules) throw section.error("an engine of type scripted needs 'rules'");
    engine.kind = inference::ScriptedOptions{expand_home(*rules, base)};
  } else {
    throw section.error(
        fmt::format("engine '{}' needs type = \"llama.cpp\", \"openai\", \"anthropic\", "
                    "\"bedrock\" or \"scripted\"",
                    name));
  }
  const auto milliseconds = [&](const char* key, std::chrono::milliseconds& value) {
    if (const auto n = section.integer(key, 1, 86'400'000)) value = std::chrono::milliseconds(*n);
  };
  milliseconds("queue_wait_max_ms", engine.queue_wait_max);
  milliseconds("first_token_timeout_ms", engine.first_token_timeout);
  milliseconds("next_token_timeout_ms", engine.next_token_timeout);
  section.refuse_unknown();
  return engine;
}

void read_limits(Section section, wire::Limits& limits) {
  const auto bytes = [&](const char* key, std::size_t& value, std::int64_t max) {
    if (const auto n = section.integer(key, 1, max)) value = static_cast<std::size_t>(*n);
  };
  bytes("header_bytes_max", limits.header_bytes_max, 1 << 20);
  bytes("body_bytes_max", limits.body_bytes_max, 1'000'000'000);
  bytes("bodies_bytes_max", limits.bodies_bytes_max, 1'000'000'000'000);
  bytes("connections_max", limits.connections_max, 1'000'000);
  const auto milliseconds = [&](const char* key, std::chrono::milliseconds& value) {
    if (const auto n = section.integer(key, 1, 86'400'000)) value = std::chrono::milliseconds(*n);
  };
  milliseconds("idle_timeout_ms", limits.idle_timeout);
  milliseconds("header_timeout_ms", limits.header_timeout);
  milliseconds("body_timeout_ms", limits.body_timeout);
  milliseconds("write_timeout_ms", limits.write_timeout);
  section.refuse_unknown();
}

void read_tls(Section section, Configuration& configuration, const fs::path& base) {
  configuration.generate_tls_certificate = section.flag("generate").value_or(false);
  const auto certificate = section.text("certificate");
  const auto key = section.text("private_key");
  if (certificate && key) {
    configuration.listen.tls =
        wire::TlsFiles{expand_home(*certificate, base).string(), expand_home(*key, base).string()};
  }
  if (certificate.has_value() != key.has_value() ||
      (certificate && configuration.generate_tls_certificate)) {
    throw section.error("[tls] takes generate = true, or 'certificate' and 'private_key'");
  }
  section.refuse_unknown();
}

/// `[storage]`; the file of SQLite follows from the data directory, which is not known yet.
void read_storage(Section section, storage::StoreOptions& storage, const fs::path& base) {
  using Kind = storage::StoreOptions::Kind;
  storage.url = section.text("url").value_or("");
  storage.password_env = section.text("password_env").value_or("");
  if (const auto file = section.text("password_file")) {
    storage.password_file = expand_home(*file, base);
  }
  const std::string kind =
      section.text("kind").value_or(storage.url.empty() ? "sqlite" : "postgres");
  if (kind != "sqlite" && kind != "postgres") {
    throw section.error("'storage.kind' must be \"sqlite\" or \"postgres\"");
  }
  storage.kind = kind == "sqlite" ? Kind::kSqlite : Kind::kPostgres;
  const bool has_password = !storage.password_env.empty() || !storage.password_file.empty();
  if (storage.kind == Kind::kSqlite && (!storage.url.empty() || has_password)) {
    throw section.error("'url' and its password are for kind = \"postgres\"");
  }
  if (storage.kind == Kind::kPostgres && storage.url.empty()) {
    throw section.error("kind = \"postgres\" needs 'url'");
  }
  if (!storage.password_env.empty() && !storage.password_file.empty()) {
    throw section.error("'password_env' and 'password_file' exclude each other");
  }
  try {
    if (storage.kind == Kind::kPostgres) storage::check_postgres_url(storage.url);
  } catch (const std::invalid_argument& problem) {
    throw section.error(problem.what());
  }
  section.refuse_unknown();
}

/// `[audit]`; without 'directory' it follows from the data directory, which is not known yet.
void read_audit(Section section, observe::AuditOptions& audit, const fs::path& base) {
  audit.enabled = section.flag("enabled").value_or(true);
  if (const auto text = section.text("directory")) {
    audit.log.directory = expand_home(*text, base);
  }
  if (const auto n = section.integer("file_mib_max", 1, 1 << 20)) {
    audit.log.file_bytes_max = static_cast<std::uint64_t>(*n) << 20;
  }
  if (const auto n = section.integer("keep_days", 0, 36'500)) {
    audit.log.keep_days = static_cast<int>(*n);
  }
  if (const auto n = section.integer("keep_files", 0, 1'000'000)) {
    audit.log.keep_files = static_cast<std::size_t>(*n);
  }
  audit.sync = section.flag("sync").value_or(false);
  if (const auto n = section.integer("sync_interval_ms", 10, 3'600'000)) {
    audit.sync_interval = std::chrono::milliseconds(*n);
  }
  const std::string on_failure = section.text("on_failure").value_or("continue");
  if (on_failure != "continue" && on_failure != "refuse") {
    throw section.error("'audit.on_failure' must be \"continue\" or \"refuse\"");
  }
  audit.refuse_on_failure = on_failure == "refuse";
  section.refuse_unknown();
}

void read_metrics(Section section, observe::MetricsOptions& metrics) {
  constexpr std::array<std::string_view, 4> kAccess{"loopback", "signed", "open", "off"};
  const auto word =
      std::find(kAccess.begin(), kAccess.end(), section.text("access").value_or("loopback"));
  if (word == kAccess.end()) {
    throw section.error("'metrics.access' is \"loopback\", \"signed\", \"open\" or \"off\"");
  }
  metrics.access = static_cast<observe::MetricsOptions::Access>(word - kAccess.begin());
  if (const auto n = section.integer("flush_interval_ms", 100, 3'600'000)) {
    metrics.flush_interval = std::chrono::milliseconds(*n);
  }
  section.refuse_unknown();
}

void read_model_access(Section section, operations::DefaultAccess& access) {
  const std::string word = section.text("default").value_or("open");
  if (word != "open" && word != "closed") {
    throw section.error("'model_access.default' must be \"open\" or \"closed\"");
  }
  access = word == "open" ? operations::DefaultAccess::kOpen : operations::DefaultAccess::kClosed;
  section.refuse_unknown();
}

void read_quotas(Section section, std::vector<operations::QuotaRule>& quotas) {
  constexpr std::int64_t kLimitMax = 1'000'000'000'000;
  constexpr std::size_t kRulesMax = 1'000;
  operations::QuotaRule rule;
  rule.models = section.texts("models");
  if (rule.models.empty()) rule.models = {"*"};
  rule.accounts = section.texts("accounts");
  rule.regions = section.texts("regions");
  rule.limits.requests_per_minute = section.integer("requests_per_minute", 0, kLimitMax);
  rule.limits.tokens_per_minute = section.integer("tokens_per_minute", 0, kLimitMax);
  rule.limits.tokens_per_day = section.integer("tokens_per_day", 0, kLimitMax);
  const bool unlimited = section.flag("unlimited").value_or(false);
  section.refuse_unknown();
  for (const std::string& account : rule.accounts) {
    if (account.size() != 12 || account.find_first_not_of("0123456789") != account.npos) {
      throw section.error(fmt::format("'{}' is no account: it takes twelve digits", account));
    }
  }
  if (unlimited != rule.limits.unlimited()) {
    throw section.error(
        "a quota needs 'requests_per_minute', 'tokens_per_minute' or 'tokens_per_day', or else "
        "unlimited = true");
  }
  if (quotas.size() >= kRulesMax) throw section.error("there are too many quotas");
  quotas.push_back(std::move(rule));
}

/// Invented replies are for models that somebody has named, never for whatever else there is.
void check_scripted(const Configuration& configuration, const inference::Binding& binding,
                    const Section& section) {
  const auto& engines = configuration.engines.engines;
  const bool scripted = std::any_of(engines.begin(), engines.end(), [&](const auto& engine) {
    return engine.name == binding.engine &&
           std::holds_alternative<inference::ScriptedOptions>(engine.kind);
  });
  const bool pattern = std::any_of(binding.models.begin(), binding.models.end(),
                                   [](const auto& id) { return id.find('*') != id.npos; });
  if (scripted && pattern) {
    throw section.error(fmt::format(
        "the engine '{}' is scripted: bind it to whole model ids, without '*'", binding.engine));
  }
}

void read_file(const fs::path& file, Configuration& configuration) {
  if (!fs::is_regular_file(file)) throw bad(fmt::format("{} is not a file", file.string()));
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& problem) {
    throw bad(fmt::format("{}:{}: {}", file.string(), problem.source().begin.line,
                          problem.description()));
  }
  const fs::path base = fs::absolute(file).parent_path();
  Section root(table, "", file);
  if (const auto text = root.text("data_dir")) configuration.data_dir = expand_home(*text, base);
  if (const auto text = root.text("listen")) parse_listen(*text, configuration.listen);
  if (const auto text = root.text("region")) configuration.default_region = *text;
  if (const auto text = root.text("log_level")) configuration.log_level = *text;
  if (const auto n = root.integer("io_threads", 1, 256)) {
    configuration.io_threads = static_cast<std::size_t>(*n);
  }
  configuration.authentication = root.flag("authentication").value_or(true);
  if (auto section = root.section("tls")) read_tls(std::move(*section), configuration, base);
  if (auto section = root.section("limits")) {
    read_limits(std::move(*section), configuration.listen.limits);
  }
  if (auto section = root.section("storage")) {
    read_storage(std::move(*section), configuration.storage, base);
  }
  if (auto section = root.section("audit")) {
    read_audit(std::move(*section), configuration.audit, base);
  }
  if (auto section = root.section("objects")) {
    read_objects(std::move(*section), configuration.objects,
                 [&base](const std::string& text) { return expand_home(text, base); });
  }
  if (auto section = root.section("metrics")) {
    read_metrics(std::move(*section), configuration.metrics);
  }
  if (auto section = root.section("provisioned_throughput")) {
    if (const auto n = section->integer("slots_per_model_unit", 1, 1'024)) {
      configuration.slots_per_model_unit = static_cast<std::size_t>(*n);
    }
    section->refuse_unknown();
  }
  if (const auto text = root.text("llama_server")) {
    configuration.engines.llama_server = expand_home(*text, base);
  }
  if (const auto n = root.integer("memory_budget_mib", 1, 1'000'000'000)) {
    configuration.engines.memory_budget_bytes = *n * 1024 * 1024;
  }
  if (auto engines = root.section("engines")) {
    for (const std::string& name : engines->keys()) {
      configuration.engines.engines.push_back(read_engine(*engines->section(name), name, base));
    }
  }
  if (auto section = root.section("model_access")) {
    read_model_access(std::move(*section), configuration.model_access);
  }
  for (Section& section : root.sections("quotas")) {
    read_quotas(std::move(section), configuration.quotas);
  }
  for (Section& section : root.sections("bindings")) {
    inference::Binding binding;
    binding.models = section.texts("models");
    binding.regions = section.texts("regions");
    binding.engine = section.text("engine").value_or("");
    binding.text_only = section.flag("text_only").value_or(false);
    if (binding.models.empty() || binding.engine.empty()) {
      throw section.error("a binding needs 'models' and 'engine'");
    }
    section.refuse_unknown();
    check_scripted(configuration, binding, section);
    configuration.bindings.push_back(std::move(binding));
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
