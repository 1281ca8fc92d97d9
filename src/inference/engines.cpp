#include "inference/engines.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/log.hpp"
#include "inference/engines/anthropic_engine.hpp"
#include "inference/engines/bedrock_engine.hpp"
#include "inference/engines/llama_engine.hpp"
#include "inference/engines/remote_engine.hpp"
#include "inference/engines/scripted_engine.hpp"

namespace bedplate::inference {
namespace {

constexpr std::size_t kNameBytesMax = 64;
/// sockaddr_un's path, with the zero behind it.
constexpr std::size_t kSocketPathBytesMax = 107;
constexpr std::int64_t kMib = 1024 * 1024;

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

void check(const EngineOptions& engine, const std::filesystem::path& run_dir) {
  const std::string& name = engine.name;
  if (!is_name(name)) {
    refuse(fmt::format("the engine name \"{}\" must be letters, digits, '.', '_' and '-'", name));
  }
  if (engine.queue_wait_max.count() <= 0 || engine.first_token_timeout.count() <= 0 ||
      engine.next_token_timeout.count() <= 0) {
    refuse(fmt::format("engine {}: times must be greater than 0", name));
  }
  if (const auto* llama = std::get_if<LlamaCppOptions>(&engine.kind)) {
    if (llama->weights.empty()) refuse(fmt::format("engine {}: it has no weights file", name));
    if (llama->slots < 1 || llama->slots > 1'024) {
      refuse(fmt::format("engine {}: slots must be 1 to 1024", name));
    }
    if (llama->context_tokens < 0 || llama->threads < 0) {
      refuse(fmt::format("engine {}: context tokens and threads must not be negative", name));
    }
    const std::string socket = (run_dir / (name + ".sock")).string();
    if (socket.size() > kSocketPathBytesMax) {
      refuse(
          fmt::format("engine {}: the path {} is too long for a socket; choose a shorter run "
                      "folder",
                      name, socket));
    }
  } else if (const auto* openai = std::get_if<OpenAiOptions>(&engine.kind)) {
    if (openai->concurrency_max == 0) {
      refuse(fmt::format("engine {}: its concurrency must be at least 1", name));
    }
  }
}

void check(const EnginesOptions& options) {
  std::set<std::string> names;
  for (const EngineOptions& engine : options.engines) {
    check(engine, options.run_dir);
    if (!names.insert(engine.name).second) {
      refuse(fmt::format("there are two engines named {}", engine.name));
    }
  }
}

/// What the machine has, or what its control group lets us have.
std::int64_t machine_memory_bytes() {
  std::int64_t bytes = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  std::ifstream group("/sys/fs/cgroup/memory.max");
  std::int64_t limit = 0;
  if (group >> limit && limit > 0) bytes = std::min(bytes, limit);
  return bytes;
}

std::int64_t budget_of(const EnginesOptions& options) {
  if (options.memory_budget_bytes > 0) return options.memory_budget_bytes;
  return machine_memory_bytes() / 5 * 4;
}

/// The folder of sockets, logs and the lock, for us alone.
class RunFolder {
 public:
  explicit RunFolder(const std::filesystem::path& path) {
    std::error_code trouble;
    std::filesystem::create_directories(path / "logs", trouble);
    if (trouble || ::chmod(path.c_str(), 0700) != 0) {
      refuse(fmt::format("the run folder {} cannot be made: {}", path.string(),
                         trouble ? trouble.message() : "it belongs to somebody else"));
    }
    lock_ = ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) refuse(fmt::format("the run folder {} cannot be written", path.string()));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
      ::close(lock_);
      refuse(fmt::format("another server uses the run folder {}", path.string()));
    }
  }
  ~RunFolder() { ::close(lock_); }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

 private:
  int lock_ = -1;
};

}  // namespace

struct Engines::Impl {
  /// Children die with the thread that launched them, so it belongs to the engines.
  std::unique_ptr<BlockingPool> launching;
  std::unique_ptr<RunFolder> run_folder;
  std::unique_ptr<BlockingPool> reading;  ///< credentials that are renewed
  std::map<std::string, std::shared_ptr<LlamaEngine>> embedded;
  std::map<std::string, std::shared_ptr<RemoteEngine>> remote;
  std::map<std::string, std::shared_ptr<AnthropicEngine>> anthropic;
  std::map<std::string, std::shared_ptr<BedrockEngine>> bedrock;
  std::map<std::string, std::shared_ptr<ScriptedEngine>> scripted;
  std::mutex stopping;
};

Engines::Engines(IoPool& pool, wire::Client& client, EnginesOptions options)
    : impl_(std::make_shared<Impl>()) {
  check(options);
  const bool any_embedded =
      std::any_of(options.engines.begin(), options.engines.end(), [](const EngineOptions& engine) {
        return std::holds_alternative<LlamaCppOptions>(engine.kind);
      });
  LlamaSurroundings surroundings;
  if (any_embedded) {
    impl_->run_folder = std::make_unique<RunFolder>(options.run_dir);
    impl_->launching = std::make_unique<BlockingPool>("engine-launch", 1, 256);
    surroundings.client = &client;
    surroundings.launching = impl_->launching.get();
    surroundings.launcher = std::make_shared<ForkLauncher>();
    surroundings.memory = std::make_shared<MemoryBudget>(budget_of(options));
    surroundings.run_dir = std::filesystem::absolute(options.run_dir);
    surroundings.llama_server = options.llama_server;
    surroundings.engine_prefix = options.engine_prefix;
    log::info("engines: memory budget {} MiB", surroundings.memory->total_bytes() / kMib);
  }
  for (EngineOptions& engine : options.engines) {
    const std::string name = engine.name;
    const Executor home = pool.executor(pool.next());
    if (std::holds_alternative<LlamaCppOptions>(engine.kind)) {
      impl_->embedded[name] = std::make_shared<LlamaEngine>(std::move(engine), surroundings, home);
    } else if (std::holds_alternative<AnthropicOptions>(engine.kind)) {
      impl_->anthropic[name] = std::make_shared<AnthropicEngine>(std::move(engine), client);
    } else if (std::holds_alternative<BedrockOptions>(engine.kind)) {
      if (!impl_->reading) impl_->reading = std::make_unique<BlockingPool>("credentials", 1, 256);
      impl_->bedrock[name] =
          std::make_shared<BedrockEngine>(std::move(engine), client, home, *impl_->reading);
    } else if (std::holds_alternative<ScriptedOptions>(engine.kind)) {
      impl_->scripted[name] = std::make_shared<ScriptedEngine>(std::move(engine));
    } else {
      impl_->remote[name] = std::make_shared<RemoteEngine>(std::move(engine), client, home);
    }
  }
  for (auto& [name, engine] : impl_->remote) engine->start_watching();
  for (auto& [name, engine] : impl_->bedrock) engine->start_watching();
  for (auto& [name, engine] : impl_->embedded) engine->start_watching();
}

Engines::~Engines() {
  stop_blocking();
}

std::shared_ptr<Engine> Engines::find(const std::string& name) {
  if (const auto at = impl_->embedded.find(name); at != impl_->embedded.end()) return at->second;
  if (const auto at = impl_->remote.find(name); at != impl_->remote.end()) return at->second;
  if (const auto at = impl_->anthropic.find(name); at != impl_->anthropic.end()) return at->second;
  if (const auto at = impl_->bedrock.find(name); at != impl_->bedrock.end()) return at->second;
  if (const auto at = impl_->scripted.find(name); at != impl_->scripted.end()) return at->second;
  return nullptr;
}

std::vector<EngineStatus> Engines::status() const {
  std::vector<EngineStatus> all;
  const auto add = [&all](const auto& engines) {
    for (const auto& [name, engine] : engines) {
      all.push_back(engine->status());
      if (const auto admission = engine->admission()) all.back().waiting = admission->waiting();
    }
  };
  add(impl_->embedded);
  add(impl_->remote);
  add(impl_->anthropic);
  add(impl_->bedrock);
  add(impl_->scripted);
  return all;
}

void Engines::stop_blocking() {
  const std::lock_guard lock(impl_->stopping);
  for (auto& [name, engine] : impl_->remote) engine->stop_blocking();
  for (auto& [name, engine] : impl_->bedrock) engine->stop_blocking();
  // All at once: each may take seconds.
  std::vector<std::thread> stopping;
  for (auto& [name, engine] : impl_->embedded) {
    stopping.emplace_back([engine = engine] { engine->stop_blocking(); });
  }
  for (std::thread& thread : stopping) thread.join();
}

}  // namespace bedplate::inference
