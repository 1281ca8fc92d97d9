// An engine elsewhere that speaks Converse, and InvokeModel for what is no conversation: Amazon
// Bedrock itself, or another Bedplate.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "async/blocking_pool.hpp"
#include "async/task_group.hpp"
#include "inference/engines.hpp"
#include "inference/engines/upstream.hpp"
#include "inference/engines/upstream_credentials.hpp"

namespace bedplate::inference {

class BedrockEngine final : public Engine,
                            private UpstreamService,
                            public std::enable_shared_from_this<BedrockEngine> {
 public:
  /// `options.kind` must hold BedrockOptions. Throws std::invalid_argument with a text for the
  /// operator when the region, an endpoint's URL or the credentials are of no use. `home` and
  /// `reading`: the loop that waits and the threads that read while credentials are renewed; both
  /// must outlive the engine.
  BedrockEngine(EngineOptions options, wire::Client& client, Executor home, BlockingPool& reading,
                std::chrono::milliseconds renewal_interval = std::chrono::seconds(60));

  /// Begins to read files with credentials again and again: temporary ones are renewed there. Call
  /// it once.
  void start_watching();
  void stop_blocking();

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override { return true; }
  bool caches_prompts() const override { return true; }
  std::shared_ptr<Admission> admission() const override { return upstream_.admission(); }
  bool takes_native_bodies() const override { return true; }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  /// An id of an inference profile is tried first; where the service counts only for the model
  /// itself, that one is asked for.
  Task<std::int64_t> count_tokens(GenerationRequest request) override;

  Task<NativeReply> invoke(NativeRequest request) override;
  /// In the native words of the provider that the upstream's id names.
  Task<EmbeddingReply> embed(EmbeddingRequest request) override;

  EngineStatus status() const { return upstream_.status(); }

 private:
  Task<> watch();
  Task<> renew();
  std::string model_of(const std::string& model_id) const;
  wire::ClientRequest make_request(const wire::Endpoint& endpoint, const std::string& path,
                                   const std::string& body) const override;
  EngineError refusal(int http_status, const wire::Headers& headers,
                      std::string body) const override;

  const EngineOptions options_;
  const BedrockOptions& settings_;
  const Executor home_;
  BlockingPool& reading_;
  const std::chrono::milliseconds renewal_interval_;
  CurrentCredentials credentials_;
  const std::string served_by_;
  Upstream upstream_;
  TaskGroup tasks_;
};

/// "anthropic.claude-…" of "us.anthropic.claude-…"; nothing when the id is no profile's.
std::string model_in_profile(std::string_view id);

}  // namespace bedplate::inference
