// What a server of OpenAI's protocol turned out to be: the protocol's dialects differ in the
// places this file names.
#pragma once

#include <cstdint>
#include <string>

namespace bedplate::inference {

enum class Dialect {
  kGeneric,  ///< OpenAI's own members only
  kLlamaCpp,
  kVllm,
  kSglang,
  kStableDiffusionCpp,  ///< makes images only
};

/// What a server told about itself when it was asked (see probe_server()).
struct ServerTraits {
  Dialect dialect = Dialect::kGeneric;
  std::int64_t context_tokens = 0;  ///< of one request; 0: not told
  /// The token, as text, that the server itself puts before a raw prompt; empty when it puts none.
  /// A raw prompt that already begins with it must not get it twice.
  std::string added_bos;
  /// The weights' chat template shows tools to the model. Where it does not, we tell of them in the
  /// system prompt (tool_prompt.hpp).
  bool template_takes_tools = true;
  bool reads_images = true;
};

}  // namespace bedplate::inference
