#include "inference/engines/llama_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

namespace bedplate::inference {
namespace {

constexpr int kContextTokensDefault = 4'096;  ///< when the weights do not say
constexpr int kContextTokensMin = 2'048;      ///< not made smaller to save memory
constexpr std::int64_t kMib = 1024 * 1024;
constexpr std::int64_t kCacheMibMin = 16;
constexpr std::int64_t kCacheMibMax = 256;
/// Program, compute buffers and logits; measured 40 MiB on the smallest model.
constexpr std::int64_t kOverheadBytes = 64 * kMib;
/// Weights that one thread reads about as fast as several that must meet after every layer. More
/// threads for a model so small gain little and take the cores that carry its tokens away.
constexpr std::int64_t kWeightsBytesPerThread = 64 * kMib;

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

constexpr std::int64_t kPoolingNone = 0;
constexpr std::int64_t kPoolingRank = 4;

LlamaTask task_of(const LlamaCppOptions& options, const WeightsFacts& facts) {
  if (options.task != LlamaTask::kAuto) return options.task;
  if (!facts.pooling || *facts.pooling == kPoolingNone) return LlamaTask::kGenerate;
  return *facts.pooling == kPoolingRank ? LlamaTask::kRank : LlamaTask::kEmbed;
}

/// A long prompt is worked off in pieces this small, between which other slots get their next
/// token and hang-ups are noticed.
constexpr int kGenerationBatchTokens = 512;

void add_task(const LlamaSize& size, std::vector<std::string>& arguments) {
  // A text is embedded in one batch or not at all.
  const bool generates = size.task == LlamaTask::kGenerate;
  const std::string batch =
      std::to_string(generates ? kGenerationBatchTokens : size.context_tokens);
  arguments.insert(arguments.end(), {"--batch-size", batch});
  if (generates) return;
  arguments.insert(arguments.end(), {"--ubatch-size", batch});
  arguments.emplace_back(size.task == LlamaTask::kRank ? "--reranking" : "--embedding");
}

}  // namespace

std::filesystem::path find_llama_server_blocking(const std::filesystem::path& configured,
                                                 std::string_view search_path,
                                                 const std::filesystem::path& prefix) {
  if (!configured.empty()) {
    if (is_program(configured)) return configured;
    throw std::runtime_error(
        fmt::format("the configured llama-server {} is no program", configured.string()));
  }
  while (!search_path.empty()) {
    const std::string_view folder = search_path.substr(0, search_path.find(':'));
    search_path.remove_prefix(std::min(folder.size() + 1, search_path.size()));
    const auto program = std::filesystem::path(folder) / "llama-server";
    if (!folder.empty() && is_program(program)) return program;
  }
  if (!prefix.empty() && is_program(prefix / "bin" / "llama-server")) {
    return prefix / "bin" / "llama-server";
  }
  throw std::runtime_error(
      "there is no llama-server: put it on PATH, name it in the configuration, or run "
      "tools/setup/engine.sh");
}

LlamaSize size_of_engine(const LlamaCppOptions& options, const WeightsFacts& facts,
                         std::int64_t memory_max_bytes) {
  const auto cache_bytes = [&](std::int64_t context) {
    return context * options.slots * facts.cache_bytes_per_token;
  };
  const auto cache_mib = [&](std::int64_t context) {
    return std::clamp(cache_bytes(context) / kMib, kCacheMibMin, kCacheMibMax);
  };
  const auto total = [&](std::int64_t context) {
    return facts.size_bytes + cache_bytes(context) + cache_mib(context) * kMib + kOverheadBytes;
  };
  std::int64_t context = options.context_tokens;
  if (context == 0) {
    context = facts.context_tokens > 0 ? facts.context_tokens : kContextTokensDefault;
    while (context / 2 >= kContextTokensMin && total(context) > memory_max_bytes) context /= 2;
  }
  const std::int64_t useful_threads = 1 + facts.size_bytes / kWeightsBytesPerThread;
  const bool small = useful_threads < std::thread::hardware_concurrency();
  return {
      .task = task_of(options, facts),
      .context_tokens = static_cast<int>(context),
      .cache_mib = static_cast<int>(cache_mib(context)),
      .threads = options.threads == 0 && small ? static_cast<int>(useful_threads) : options.threads,
      .memory_bytes = total(context)};
}

std::vector<std::string> llama_arguments(const std::filesystem::path& program,
                                         const LlamaCppOptions& options, const LlamaSize& size,
                                         const std::filesystem::path& socket) {
  std::vector<std::string> arguments = {
      program.string(), "--model", options.weights.string(), "--host", socket.string(),
      // Slots with a context each: with a common pool, one long reply fails all the others.
      "--parallel", std::to_string(options.slots), "--ctx-size",
      std::to_string(static_cast<std::int64_t>(size.context_tokens) * options.slots),
      "--no-kv-unified", "--cache-ram", std::to_string(size.cache_mib),
      // Errors only: warnings may hold model output.
      "--log-verbosity", "1", "--no-webui", "--slots", "--offline"};
  add_task(size, arguments);
  if (size.threads > 0) {
    arguments.insert(arguments.end(), {"--threads", std::to_string(size.threads)});
  }
  if (!options.projector.empty()) {
    arguments.insert(arguments.end(), {"--mmproj", options.projector.string()});
  }
  arguments.insert(arguments.end(), options.extra_arguments.begin(), options.extra_arguments.end());
  return arguments;
}

std::vector<std::string> llama_environment(const char* const* environment) {
  static constexpr std::array<std::string_view, 20> kPassed = {
      "PATH=", "HOME=", "TMPDIR=",        "LANG=",   "LC_",   "LD_LIBRARY_PATH=",
      "GGML_", "CUDA_", "NVIDIA_",        "HIP_",    "ROCR_", "HSA_",
      "GPU_",  "VK_",   "XDG_DATA_DIRS=", "ONEAPI_", "SYCL_", "OMP_",
      "GOMP_", "KMP_"};
  std::vector<std::string> passed;
  for (; *environment; ++environment) {
    const std::string_view entry = *environment;
    const bool wanted = std::any_of(kPassed.begin(), kPassed.end(),
                                    [&](std::string_view name) { return entry.starts_with(name); });
    if (wanted) passed.emplace_back(entry);
  }
  return passed;
}

}  // namespace bedplate::inference
