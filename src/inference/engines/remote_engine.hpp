// An engine elsewhere: a pool of servers that speak OpenAI's protocol.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "async/admission.hpp"
#include "async/task_group.hpp"
#include "inference/engines.hpp"
#include "inference/engines/endpoint_pool.hpp"
#include "inference/engines/openai_server.hpp"
#include "inference/engines/server_call.hpp"

namespace bedplate::inference {

class RemoteEngine final : public Engine, public std::enable_shared_from_this<RemoteEngine> {
 public:
  /// `options.kind` must hold OpenAiOptions. Throws std::invalid_argument with a text for the
  /// operator when an endpoint's URL or the key is of no use. `home`: the loop of the health
  /// checks.
  RemoteEngine(EngineOptions options, wire::Client& client, Executor home,
               std::chrono::milliseconds check_interval = std::chrono::seconds(5));

  /// Begins the health checks. Call it once.
  void start_watching();

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override;
  std::shared_ptr<Admission> admission() const override { return admission_; }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  Task<std::int64_t> count_tokens(GenerationRequest request) override;
  Task<EmbeddingReply> embed(EmbeddingRequest request) override;
  Task<RerankReply> rerank(RerankRequest request) override;
  Task<ImageReply> make_images(ImageRequest request) override;

  EngineStatus status() const;
  void stop_blocking();

 private:
  struct Attempt;

  OpenAiServer server(std::size_t index, ServerTraits traits) const;
  Task<OpenAiServer> known_server(std::size_t index);
  Task<> open_somewhere(const GenerationRequest& request, Attempt& attempt);
  Task<> try_one(const GenerationRequest& request, Attempt& attempt);
  Task<> run(GenerationRequest request, GenerationContext& context);
  Task<> count(GenerationRequest request, std::int64_t& tokens);
  Task<> call(ServerCall& call, std::chrono::milliseconds timeout, SlotClaim claim);
  Task<> call_somewhere(ServerCall& call);
  Task<std::optional<EngineError>> call_one(ServerCall& call, std::size_t index);
  Task<> watch(std::size_t index);
  Task<> check(std::size_t index);

  const EngineOptions options_;
  const OpenAiOptions& remote_;
  wire::Client& client_;
  const Executor home_;
  const std::chrono::milliseconds check_interval_;
  const std::string authorization_;
  const std::string served_by_;
  EndpointPool pool_;
  const std::shared_ptr<Admission> admission_;
  TaskGroup tasks_;
};

/// Whether another server may do better after such a failure.
bool is_worth_another_server(EngineError::Kind kind);

/// The Authorization header's value, or nothing when no key is configured. Throws
/// std::invalid_argument; the key is in no message.
std::string read_authorization_blocking(const OpenAiOptions& options);

}  // namespace bedplate::inference
