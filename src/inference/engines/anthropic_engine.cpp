#include "inference/engines/anthropic_engine.hpp"

#include "inference/engines/chat_request.hpp"
#include "inference/engines/messages_body.hpp"
#include "inference/engines/messages_errors.hpp"
#include "inference/engines/messages_stream.hpp"
#include "inference/engines/sse_reply.hpp"
#include "inference/engines/upstream_key.hpp"

namespace bedplate::inference {
namespace {

const std::string kVersionHeader = "anthropic-version";
constexpr const char* kApiVersion = "2023-06-01";
constexpr std::string_view kProvider = "anthropic.";

/// What Anthropic calls a model is in Bedrock's id: "anthropic.claude-sonnet-4-20250514-v1:0".
std::string own_name(std::string_view model_id) {
  model_id.remove_prefix(kProvider.size());
  return std::string(model_id.substr(0, model_id.rfind("-v")));
}

}  // namespace

AnthropicEngine::AnthropicEngine(EngineOptions options, wire::Client& client)
    : options_(std::move(options)),
      settings_(std::get<AnthropicOptions>(options_.kind)),
      key_(read_upstream_key_blocking(settings_.api_key_env, settings_.api_key_file)),
      served_by_("anthropic/" + (settings_.model.empty() ? options_.name : settings_.model)),
      upstream_(options_, parse_endpoints(settings_.endpoints, "an Anthropic engine"),
                {settings_.concurrency_max, settings_.queue_max}, client, *this) {}

std::string AnthropicEngine::model_of(const GenerationRequest& request) const {
  std::string name = named_upstream(settings_.models, request.model_id, settings_.model);
  if (!name.empty()) return name;
  if (request.model_id.starts_with(kProvider)) return own_name(request.model_id);
  throw EngineError(
      EngineError::Kind::kUnavailable,
      "The engine that serves this model has no name for it: 'models' must give one.");
}

wire::ClientRequest AnthropicEngine::make_request(const wire::Endpoint&, const std::string& path,
                                                  const std::string& body) const {
  wire::ClientRequest request;
  request.path = path;
  request.headers.add("Content-Type", "application/json");
  request.headers.add(kVersionHeader, kApiVersion);
  if (!key_.empty()) request.headers.add("x-api-key", key_);
  request.body = body;
  return request;
}

EngineError AnthropicEngine::refusal(int http_status, const wire::Headers&,
                                     std::string body) const {
  return messages_error_from_response(http_status, std::move(body), key_);
}

Task<> AnthropicEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  std::string body = messages_body(request, model_of(request));
  SlotClaim claim = std::move(request.claim);
  request = {};  // may be megabytes
  MessagesStream stream;
  SseReply reply(stream);
  co_await upstream_.generate("/v1/messages", std::move(body), reply, sink, std::move(claim));
}

Task<std::int64_t> AnthropicEngine::count_tokens(GenerationRequest request) {
  const auto self = shared_from_this();
  std::string body = counting_body(request, model_of(request));
  const UpstreamAnswer answer =
      co_await upstream_.ask("/v1/messages/count_tokens", std::move(body));
  co_return read_count(answer.body);
}

}  // namespace bedplate::inference
