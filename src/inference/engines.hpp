// The engines of one server: which exist, who serves which model, how they start and end.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "inference/engine.hpp"
#include "wire/client.hpp"

namespace bedplate::inference {

/// What a set of weights is run for.
enum class LlamaTask {
  kAuto,  ///< what the weights say: those with pooling embed or rank, the others generate
  kGenerate,
  kEmbed,
  kRank,
};

/// An embedded engine: one llama-server child for one weights file.
struct LlamaCppOptions {
  std::filesystem::path weights;
  std::filesystem::path projector;  ///< of images, for weights that see; empty: none
  int slots = 4;                    ///< requests generated at once
  int context_tokens = 0;           ///< of each slot; 0: what the weights were trained for
  int threads = 0;                  ///< 0: one per core, fewer for small weights
  bool load_at_start = false;       ///< else on the first request
  std::size_t queue_max = 256;      ///< requests that may wait for a slot
  LlamaTask task = LlamaTask::kAuto;
  std::vector<std::string> extra_arguments;
};

/// A pool of servers that speak OpenAI's chat completions (vLLM, SGLang, llama-server elsewhere).
struct OpenAiOptions {
  std::vector<std::string> endpoints;  ///< URLs, see wire::parse_endpoint
  std::string model;                   ///< put into each request's "model"
  std::string api_key_env;             ///< environment variable that holds a bearer key, or empty
  std::string api_key_file;            ///< or a file that holds it
  std::size_t concurrency_max = 1024;  ///< per endpoint
  std::size_t queue_max = 1024;
};

/// Servers that speak Anthropic's Messages API: Anthropic itself, or another Bedplate.
struct AnthropicOptions {
  std::vector<std::string> endpoints{"https://api.anthropic.com"};
  std::map<std::string, std::string> models;  ///< their names for our model ids
  std::string model;         ///< their name for the other ids; empty: as Anthropic names them
  std::string api_key_env;   ///< environment variable that holds the key, or empty
  std::string api_key_file;  ///< or a file that holds it
  std::size_t concurrency_max = 1024;  ///< per endpoint
  std::size_t queue_max = 1024;
};

/// Amazon Bedrock itself, or another Bedplate. Named, in this order: an API key, a credentials
/// file, the environment.
struct BedrockOptions {
  std::string region;                         ///< what requests are signed for
  std::vector<std::string> endpoints;         ///< none: Amazon's own of the region
  std::map<std::string, std::string> models;  ///< its ids for our model ids
  std::string model;                          ///< its id for the others; empty: the same as ours
  std::string api_key_env;                    ///< environment variable that holds an API key
  std::string api_key_file;                   ///< or a file that holds it
  std::filesystem::path credentials_file;     ///< in the form of AWS's shared credentials file
  std::string profile{"default"};             ///< of that file
  std::string access_key_id_env{"AWS_ACCESS_KEY_ID"};
  std::string secret_access_key_env{"AWS_SECRET_ACCESS_KEY"};
  std::string session_token_env{"AWS_SESSION_TOKEN"};
  std::size_t concurrency_max = 1024;  ///< per endpoint
  std::size_t queue_max = 1024;
};

/// Replies out of a file, for testing applications (docs/scripted-engine.md).
struct ScriptedOptions {
  std::filesystem::path rules;  ///< JSON, or TOML when its name ends with .toml
};

struct EngineOptions {
  std::string name;  ///< unique; bindings refer to it
  std::variant<LlamaCppOptions, OpenAiOptions, AnthropicOptions, ScriptedOptions, BedrockOptions>
      kind;
  std::chrono::milliseconds queue_wait_max{60'000};
  std::chrono::milliseconds first_token_timeout{120'000};
  std::chrono::milliseconds next_token_timeout{60'000};
};

struct EnginesOptions {
  std::vector<EngineOptions> engines;
  std::filesystem::path run_dir;  ///< sockets and engine logs; made 0700
  /// How to start llama-server: empty = look on PATH, then in `engine_prefix`.
  std::filesystem::path llama_server;
  /// Where set-up unpacked Debian's packages (tools/setup), started through its own loader.
  std::filesystem::path engine_prefix;
  std::int64_t memory_budget_bytes = 0;  ///< of all embedded engines; 0: 80 % of the machine's
};

/// Owns the engines and their child processes.
class Engines {
 public:
  /// Checks the options (throws std::invalid_argument with a text for the operator); starts what
  /// is to be loaded at start. Missing weights are no error here: their requests get one.
  Engines(IoPool& pool, wire::Client& client, EnginesOptions options);
  ~Engines();

  /// Nullptr when there is none of that name.
  std::shared_ptr<Engine> find(const std::string& name);
  std::vector<EngineStatus> status() const;

  /// Ends every child (close sockets, SIGTERM twice, SIGKILL) and waits for it. Idempotent.
  void stop_blocking();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace bedplate::inference
