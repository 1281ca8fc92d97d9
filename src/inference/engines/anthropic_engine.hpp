// An engine elsewhere that speaks Anthropic's Messages API.
#pragma once

#include <memory>
#include <string>

#include "inference/engines.hpp"
#include "inference/engines/upstream.hpp"

namespace bedplate::inference {

class AnthropicEngine final : public Engine,
                              private UpstreamService,
                              public std::enable_shared_from_this<AnthropicEngine> {
 public:
  /// `options.kind` must hold AnthropicOptions. Throws std::invalid_argument with a text for the
  /// operator when an endpoint's URL or the key is of no use.
  AnthropicEngine(EngineOptions options, wire::Client& client);

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override { return true; }
  bool caches_prompts() const override { return true; }
  std::shared_ptr<Admission> admission() const override { return upstream_.admission(); }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  Task<std::int64_t> count_tokens(GenerationRequest request) override;

  /// Nobody asks it how it is before somebody wants something of it: every question costs.
  EngineStatus status() const { return upstream_.status(); }

 private:
  std::string model_of(const GenerationRequest& request) const;
  wire::ClientRequest make_request(const wire::Endpoint& endpoint, const std::string& path,
                                   const std::string& body) const override;
  EngineError refusal(int http_status, const wire::Headers& headers,
                      std::string body) const override;

  const EngineOptions options_;
  const AnthropicOptions& settings_;
  const std::string key_;  ///< never logged
  const std::string served_by_;
  Upstream upstream_;
};

}  // namespace bedplate::inference
