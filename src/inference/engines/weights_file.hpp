// What a GGUF file says about itself, as far as starting it needs to know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace bedplate::inference {

struct WeightsFacts {
  std::string architecture;         ///< "llama", "qwen3", …
  std::int64_t size_bytes = 0;      ///< of all parts, when the weights are split into several files
  std::int64_t context_tokens = 0;  ///< that they were trained for; 0 when not told
  std::int64_t cache_bytes_per_token = 0;  ///< of the key-value cache at 16 bits; an upper bound
  /// How an embedding model makes one vector of a text (llama.cpp's numbers: 0 none, 1 mean,
  /// 2 first token, 3 last token, 4 a relevance score); nothing in models that generate.
  std::optional<std::int64_t> pooling;
};

/// Reads the file's header (format: ggml/docs/gguf.md). Throws std::runtime_error with a text for
/// the operator that says what is wrong: missing, unreadable, not GGUF, cut off.
WeightsFacts read_weights_blocking(const std::filesystem::path& path);

}  // namespace bedplate::inference
