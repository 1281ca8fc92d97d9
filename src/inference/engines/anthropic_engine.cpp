#include "inference/engines/anthropic_engine.hpp"

#include "inference/engines/chat_request.hpp"
#include "inference/engines/deadline.hpp"
#include "inference/engines/engine_errors.hpp"
#include "inference/engines/messages_body.hpp"
#include "inference/engines/messages_errors.hpp"
#include "inference/engines/messages_stream.hpp"
#include "inference/engines/remote_engine.hpp"
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
      upstream_(std::get<AnthropicOptions>(options_.kind)),
      client_(client),
      key_(read_upstream_key_blocking(upstream_.api_key_env, upstream_.api_key_file)),
      served_by_("anthropic/" + (upstream_.model.empty() ? options_.name : upstream_.model)),
      pool_(parse_endpoints(upstream_.endpoints, "an Anthropic engine"),
            {.concurrency_max = upstream_.concurrency_max}),
      admission_(std::make_shared<Admission>(pool_.size() * upstream_.concurrency_max,
                                             upstream_.queue_max)) {}

std::string AnthropicEngine::model_of(const GenerationRequest& request) const {
  const auto named = upstream_.models.find(request.model_id);
  if (named != upstream_.models.end()) return named->second;
  if (!upstream_.model.empty()) return upstream_.model;
  if (request.model_id.starts_with(kProvider)) return own_name(request.model_id);
  throw EngineError(
      EngineError::Kind::kUnavailable,
      "The engine that serves this model has no name for it: 'models' must give one.");
}

wire::ClientRequest AnthropicEngine::post(const std::string& path, const std::string& body) const {
  wire::ClientRequest request;
  request.path = path;
  request.headers.add("Content-Type", "application/json");
  request.headers.add(kVersionHeader, kApiVersion);
  if (!key_.empty()) request.headers.add("x-api-key", key_);
  request.body = body;
  return request;
}

// ---- Requests

/// One request's way to a server.
struct AnthropicEngine::Attempt {
  std::vector<std::size_t> tried;
  std::optional<EndpointPool::Place> place;
  std::unique_ptr<wire::ClientResponse> response;  ///< with status 200
  std::optional<EngineError> failure;              ///< of the last server tried
};

Task<> AnthropicEngine::try_one(const std::string& path, const std::string& body,
                                Attempt& attempt) {
  const std::size_t index = attempt.place->index();
  const wire::Endpoint& endpoint = pool_.endpoint(index);
  attempt.tried.push_back(index);
  attempt.failure.reset();
  try {
    wire::ClientRequest request = post(path, body);
    auto response = co_await client_.send(endpoint, std::move(request));
    pool_.succeeded(index);
    if (response->status() == 200) {
      attempt.response = std::move(response);
      co_return;
    }
    std::string reason = co_await response->read_all();
    attempt.failure = messages_error_from_response(response->status(), std::move(reason), key_);
  } catch (const wire::ClientError& problem) {
    attempt.failure = error_from_transport(problem);
    pool_.request_failed(index, SteadyClock::now(), problem);
  }
  if (!is_worth_another_server(attempt.failure->kind)) throw *attempt.failure;
}

/// Until the first byte of a response has come, nobody has seen anything: any server may do.
Task<> AnthropicEngine::open_somewhere(std::string path, std::string body, Attempt& attempt) {
  do {
    attempt.place.reset();
    attempt.place.emplace(
        pool_.choose_or_throw(SteadyClock::now(), attempt.tried, attempt.failure));
    co_await try_one(path, body, attempt);
  } while (!attempt.response);
}

Task<> AnthropicEngine::run(std::string body, GenerationContext& context) {
  Attempt attempt;
  co_await open_somewhere("/v1/messages", std::move(body), attempt);
  MessagesStream stream;
  co_await follow_stream(*attempt.response, stream, context);
}

Task<> AnthropicEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  std::string body = messages_body(request, model_of(request));
  request = {};  // may be megabytes
  const Admission::Permit permit = co_await admission_->acquire(options_.queue_wait_max);
  if (!permit) {
    throw EngineError(EngineError::Kind::kBusy, "Too many requests wait for this model.");
  }
  Deadline deadline(options_.first_token_timeout);
  GenerationContext context{
      .sink = sink,
      .deadline = deadline,
      .timeouts = {options_.first_token_timeout, options_.next_token_timeout}};
  const bool in_time = co_await run_until(deadline, run(std::move(body), context));
  if (!in_time && !context.ended) {
    throw EngineError(EngineError::Kind::kTimeout, "The model gave no token in time.");
  }
}

Task<> AnthropicEngine::count(std::string body, std::int64_t& tokens) {
  Attempt attempt;
  co_await open_somewhere("/v1/messages/count_tokens", std::move(body), attempt);
  std::string answer;
  try {
    answer = co_await attempt.response->read_all();
  } catch (const wire::ClientError& problem) {
    throw error_from_transport(problem);
  }
  tokens = read_count(answer);
}

Task<std::int64_t> AnthropicEngine::count_tokens(GenerationRequest request) {
  const auto self = shared_from_this();
  std::string body = counting_body(request, model_of(request));
  const Deadline deadline(options_.first_token_timeout);
  std::int64_t tokens = 0;
  if (!co_await run_until(deadline, count(std::move(body), tokens))) {
    throw EngineError(EngineError::Kind::kTimeout, "The engine did not count in time.");
  }
  co_return tokens;
}

/// Nobody asks it how it is before somebody wants something of it: every question costs.
EngineStatus AnthropicEngine::status() const {
  return pool_.engine_status(options_.name);
}

}  // namespace bedplate::inference
