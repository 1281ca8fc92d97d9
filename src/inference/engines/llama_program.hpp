// llama-server: where it is and how it is called.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "inference/engines.hpp"
#include "inference/engines/weights_file.hpp"

namespace bedplate::inference {

/// The program to run: `configured` when given, else llama-server on `search_path` (PATH's
/// value), else the one that tools/setup/engine.sh put into `prefix`. Throws std::runtime_error
/// with a text for the operator when there is none.
std::filesystem::path find_llama_server_blocking(const std::filesystem::path& configured,
                                                 std::string_view search_path,
                                                 const std::filesystem::path& prefix);

/// How large one engine is made.
struct LlamaSize {
  LlamaTask task = LlamaTask::kGenerate;  ///< never kAuto
  int context_tokens = 0;                 ///< of each slot
  int cache_mib = 0;                      ///< for prompts that no slot holds any more
  int threads = 0;                        ///< 0: llama-server's own choice, one per core
  std::int64_t memory_bytes = 0;          ///< estimate of what the process will need
};

/// `context_tokens` 0 in the options means what the weights were trained for, or less when that
/// would need more than `memory_max_bytes`.
LlamaSize size_of_engine(const LlamaCppOptions& options, const WeightsFacts& facts,
                         std::int64_t memory_max_bytes);

std::vector<std::string> llama_arguments(const std::filesystem::path& program,
                                         const LlamaCppOptions& options, const LlamaSize& size,
                                         const std::filesystem::path& socket);

/// What of our environment an engine may see: what finds libraries and devices, no secrets.
std::vector<std::string> llama_environment(const char* const* environment);

}  // namespace bedplate::inference
