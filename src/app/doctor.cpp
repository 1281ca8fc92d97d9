// `bedplate doctor`: looks at everything a start needs and says how to mend what is wrong.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <variant>

#include "app/commands.hpp"
#include "app/server_record.hpp"
#include "documents/document_reader.hpp"
#include "identity/credential_store.hpp"
#include "inference/engines/llama_program.hpp"
#include "inference/engines/scripted_rules.hpp"
#include "inference/engines/weights_file.hpp"
#include "storage/open_store.hpp"

namespace bedplate::app {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kFreeDiskMinBytes = 1ull << 30;
constexpr std::int64_t kFreeMemoryMinBytes = 512ll << 20;

class Report {
 public:
  void good(std::string_view what, const std::string& detail) {
    fmt::print("  ok    {:<12} {}\n", what, detail);
  }
  void warn(std::string_view what, const std::string& detail, const std::string& mend) {
    fmt::print("  WARN  {:<12} {}\n        {:<12} -> {}\n", what, detail, "", mend);
  }
  void bad(std::string_view what, const std::string& detail, const std::string& mend) {
    fmt::print("  FAIL  {:<12} {}\n        {:<12} -> {}\n", what, detail, "", mend);
    failed_ = true;
  }
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

void check_engine(const Configuration& configuration, Report& report) {
  try {
    const char* path = std::getenv("PATH");
    const fs::path program = inference::find_llama_server_blocking(
        configuration.engines.llama_server, path != nullptr ? path : "",
        configuration.engines.engine_prefix);
    report.good("engine", program.string());
  } catch (const std::exception& problem) {
    report.bad("engine", problem.what(),
               "run `make setup`, or install llama.cpp and set llama_server in bedplate.toml");
  }
}

void check_rules(const std::string& engine, const fs::path& rules, Report& report) {
  try {
    const auto count = inference::read_rules_blocking(rules).rules.size();
    report.good("model", fmt::format("{}: scripted, {} ({} rules)", engine, rules.string(), count));
  } catch (const std::invalid_argument& problem) {
    report.bad("model", fmt::format("{}: {}", engine, problem.what()),
               "correct the rules file (docs/scripted-engine.md)");
  }
}

/// Where the requests for an engine elsewhere go.
std::string endpoints_text(const inference::EngineOptions& engine) {
  if (const auto* openai = std::get_if<inference::OpenAiOptions>(&engine.kind)) {
    return fmt::format("{}", fmt::join(openai->endpoints, ", "));
  }
  if (const auto* bedrock = std::get_if<inference::BedrockOptions>(&engine.kind)) {
    return bedrock->endpoints.empty() ? "Amazon Bedrock in " + bedrock->region
                                      : fmt::format("{}", fmt::join(bedrock->endpoints, ", "));
  }
  return fmt::format("{}",
                     fmt::join(std::get<inference::AnthropicOptions>(engine.kind).endpoints, ", "));
}

void check_weights(const Configuration& configuration, Report& report) {
  std::set<std::string> used;
  for (const auto& binding : configuration.bindings) used.insert(binding.engine);
  for (const auto& engine : configuration.engines.engines) {
    if (const auto* scripted = std::get_if<inference::ScriptedOptions>(&engine.kind)) {
      check_rules(engine.name, scripted->rules, report);
      continue;
    }
    const auto* llama = std::get_if<inference::LlamaCppOptions>(&engine.kind);
    if (llama == nullptr) {
      report.good("model", fmt::format("{}: remote, {} (not contacted)", engine.name,
                                       endpoints_text(engine)));
      continue;
    }
    try {
      const auto facts = inference::read_weights_blocking(llama->weights);
      report.good("model", fmt::format("{}: {} ({:.1f} MB)", engine.name, llama->weights.string(),
                                       static_cast<double>(facts.size_bytes) / 1e6));
    } catch (const std::exception& problem) {
      report.bad("model", fmt::format("{}: {}", engine.name, problem.what()),
                 "correct 'weights' of this engine, or fetch the file again");
    }
    if (!used.contains(engine.name)) {
      report.warn("model", fmt::format("engine '{}' serves no model", engine.name),
                  "add a [[bindings]] entry for it");
    }
  }
}

void check_data_dir(const Configuration& configuration, Report& report) {
  const fs::path& dir = configuration.data_dir;
  std::error_code problem;
  fs::path existing = dir;
  while (!existing.empty() && !fs::exists(existing, problem)) existing = existing.parent_path();
  if (::access(existing.c_str(), W_OK) != 0) {
    report.bad("data", fmt::format("{} cannot be written", existing.string()),
               "choose another --data-dir, or change its owner");
    return;
  }
  const fs::space_info space = fs::space(existing, problem);
  const std::string free =
      fmt::format("{}: {:.1f} GB free", dir.string(), static_cast<double>(space.available) / 1e9);
  if (!problem && space.available < kFreeDiskMinBytes) {
    report.warn("disk", free, "free at least 1 GB: logs and state need room");
  } else {
    report.good("disk", free);
  }
  if (!fs::exists(dir / identity::CredentialStore::kFileName)) {
    report.good("credentials", "none yet: the first start makes them");
    return;
  }
  try {
    const MachineClock clock;
    const auto store = identity::CredentialStore::open_blocking(dir.string(), clock);
    report.good("credentials", "account " + store->account_id());
  } catch (const std::exception& wrong) {
    report.bad("credentials", wrong.what(), "mend the file as it says");
  }
}

void check_store(const Configuration& configuration, Report& report) {
  const storage::StoreOptions& options = configuration.storage;
  const bool sqlite = options.kind == storage::StoreOptions::Kind::kSqlite;
  if (sqlite && !fs::exists(options.file)) {
    report.good("store", "none yet: the first start makes it");
    return;
  }
  try {
    const auto store = storage::open_store_blocking(options);
    store->check_blocking();
    report.good("store", store->description());
  } catch (const std::exception& problem) {
    report.bad("store", problem.what(),
               sqlite ? "mend it as it says (docs/storage.md)"
                      : "start PostgreSQL, or correct [storage] in the configuration");
  }
}

bool can_bind(const wire::ServerOptions& listen) {
  const bool v6 = listen.host.find(':') != std::string::npos;
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage storage{};
  socklen_t length = 0;
  if (v6) {
    auto* address = reinterpret_cast<sockaddr_in6*>(&storage);
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(listen.port);
    ::inet_pton(AF_INET6, listen.host.c_str(), &address->sin6_addr);
    length = sizeof *address;
  } else {
    auto* address = reinterpret_cast<sockaddr_in*>(&storage);
    address->sin_family = AF_INET;
    address->sin_port = htons(listen.port);
    const std::string host = listen.host == "localhost" ? "127.0.0.1" : listen.host;
    ::inet_pton(AF_INET, host.c_str(), &address->sin_addr);
    length = sizeof *address;
  }
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0;
  ::close(fd);
  return bound;
}

void check_port(const Configuration& configuration, Report& report) {
  if (const auto running = find_server_blocking(configuration.data_dir)) {
    report.good("server", fmt::format("running on {} (process {})", running->url, running->pid));
    return;
  }
  const auto& listen = configuration.listen;
  const std::string address = fmt::format("{}:{}", listen.host, listen.port);
  if (can_bind(listen)) {
    report.good("port", address + " is free");
  } else {
    report.bad("port", address + " is in use or not an address of this machine",
               "stop what uses it, or start with --listen 127.0.0.1:PORT");
  }
}

void check_memory(Report& report) {
  std::ifstream in("/proc/meminfo");
  std::string key, unit;
  std::int64_t kib = 0;
  while (in >> key >> kib >> unit) {
    if (key != "MemAvailable:") continue;
    const std::int64_t bytes = kib * 1024;
    const std::string text = fmt::format("{:.1f} GB available", static_cast<double>(bytes) / 1e9);
    if (bytes < kFreeMemoryMinBytes) {
      report.warn("memory", text, "weights and their context must fit: free some, or bind less");
    } else {
      report.good("memory", text);
    }
    return;
  }
}

void check_documents(Report& report) {
  const documents::DocumentReaderOptions options;
  const auto missing = documents::missing_programs_blocking(options.search_path);
  try {
    documents::check_sandbox_blocking(options);
  } catch (const documents::DocumentError& problem) {
    report.bad("documents", problem.what(), "documents are read in a sandbox: allow seccomp");
    return;
  }
  if (missing.empty()) {
    report.good("documents", "all formats can be read");
  } else {
    report.warn("documents", fmt::format("missing: {}", fmt::join(missing, ", ")),
                "install these packages; requests with such documents are refused");
  }
}

}  // namespace

int doctor_command(const Configuration& configuration) {
  Report report;
  if (configuration.file) report.good("config", configuration.file->string());
  check_engine(configuration, report);
  check_weights(configuration, report);
  check_data_dir(configuration, report);
  check_store(configuration, report);
  check_port(configuration, report);
  check_memory(report);
  check_documents(report);
  fmt::print("\n{}\n", report.failed() ? "Some checks failed." : "All is well.");
  return report.failed() ? 1 : 0;
}

}  // namespace bedplate::app
