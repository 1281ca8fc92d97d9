// An engine elsewhere that speaks Anthropic's Messages API.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/admission.hpp"
#include "inference/engines.hpp"
#include "inference/engines/endpoint_pool.hpp"
#include "inference/engines/openai_server.hpp"

namespace bedplate::inference {

class AnthropicEngine final : public Engine, public std::enable_shared_from_this<AnthropicEngine> {
 public:
  /// `options.kind` must hold AnthropicOptions. Throws std::invalid_argument with a text for the
  /// operator when an endpoint's URL or the key is of no use.
  AnthropicEngine(EngineOptions options, wire::Client& client);

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override { return true; }
  bool caches_prompts() const override { return true; }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  Task<std::int64_t> count_tokens(GenerationRequest request) override;

  EngineStatus status() const;

 private:
  struct Attempt;

  std::string model_of(const GenerationRequest& request) const;
  wire::ClientRequest post(const std::string& path, const std::string& body) const;
  Task<> open_somewhere(std::string path, std::string body, Attempt& attempt);
  Task<> try_one(const std::string& path, const std::string& body, Attempt& attempt);
  Task<> run(std::string body, GenerationContext& context);
  Task<> count(std::string body, std::int64_t& tokens);

  const EngineOptions options_;
  const AnthropicOptions& upstream_;
  wire::Client& client_;
  const std::string key_;  ///< never logged
  const std::string served_by_;
  EndpointPool pool_;
  const std::shared_ptr<Admission> admission_;
};

}  // namespace bedplate::inference
