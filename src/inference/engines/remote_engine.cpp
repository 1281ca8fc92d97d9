#include "inference/engines/remote_engine.hpp"

#include <tuple>

#include "inference/engines/engine_errors.hpp"
#include "inference/engines/prompt_scoring.hpp"
#include "inference/engines/timed_generation.hpp"
#include "inference/engines/upstream_key.hpp"

namespace bedplate::inference {
namespace {

constexpr std::chrono::milliseconds kCheckTimeout{5'000};
constexpr std::chrono::milliseconds kTasksEndTimeout{1'000};

}  // namespace

bool is_worth_another_server(EngineError::Kind kind) {
  using Kind = EngineError::Kind;
  return kind == Kind::kBusy || kind == Kind::kNotReady || kind == Kind::kUnavailable;
}

std::string read_authorization_blocking(const OpenAiOptions& options) {
  const std::string key = read_upstream_key_blocking(options.api_key_env, options.api_key_file);
  return key.empty() ? key : "Bearer " + key;
}

RemoteEngine::RemoteEngine(EngineOptions options, wire::Client& client, Executor home,
                           std::chrono::milliseconds check_interval)
    : options_(std::move(options)),
      remote_(std::get<OpenAiOptions>(options_.kind)),
      client_(client),
      home_(home),
      check_interval_(check_interval),
      authorization_(read_authorization_blocking(remote_)),
      served_by_("openai/" + (remote_.model.empty() ? options_.name : remote_.model)),
      pool_(parse_endpoints(remote_.endpoints, "an OpenAI-compatible engine"),
            {.concurrency_max = remote_.concurrency_max}),
      admission_(
          std::make_shared<Admission>(pool_.size() * remote_.concurrency_max, remote_.queue_max)),
      tasks_("engine " + options_.name) {}

void RemoteEngine::start_watching() {
  for (std::size_t index = 0; index < pool_.size(); ++index) tasks_.spawn(home_, watch(index));
}

void RemoteEngine::stop_blocking() {
  tasks_.stop();
  tasks_.wait_blocking(kTasksEndTimeout);
}

OpenAiServer RemoteEngine::server(std::size_t index, ServerTraits traits) const {
  OpenAiServer server;
  server.endpoint = pool_.endpoint(index);
  server.authorization = authorization_;
  server.model = remote_.model;
  server.traits = std::move(traits);
  return server;
}

/// Asks the server what it is unless that is known.
Task<OpenAiServer> RemoteEngine::known_server(std::size_t index) {
  if (auto traits = pool_.traits(index)) co_return server(index, std::move(*traits));
  OpenAiServer unknown = server(index, ServerTraits());
  ServerTraits traits = co_await probe_server(client_, std::move(unknown));
  pool_.learn(index, traits);
  co_return server(index, std::move(traits));
}

// ---- Requests

/// One request's way to a server.
struct RemoteEngine::Attempt {
  std::vector<std::size_t> tried;
  std::optional<EndpointPool::Place> place;
  std::unique_ptr<wire::ClientResponse> response;
  ReplyShape reply;
  std::vector<TokenProbability> prompt_tokens;
  std::optional<EngineError> failure;  ///< of the last server tried
};

Task<> RemoteEngine::try_one(const GenerationRequest& request, Attempt& attempt) {
  const std::size_t index = attempt.place->index();
  attempt.tried.push_back(index);
  attempt.failure.reset();
  try {
    OpenAiServer server = co_await known_server(index);
    GenerationCall call = generation_call(request, server.traits, server.model);
    attempt.reply = call.reply;
    if (call.scoring) {
      PromptScoring scoring = std::move(*call.scoring);
      attempt.prompt_tokens = co_await score_prompt(client_, server, std::move(scoring));
    }
    attempt.response = co_await open_generation(client_, std::move(server), std::move(call));
    pool_.succeeded(index);
  } catch (const wire::ClientError& problem) {
    attempt.failure = error_from_transport(problem);
    pool_.request_failed(index, SteadyClock::now(), problem);
    if (attempt.failure->kind == EngineError::Kind::kTimeout) throw *attempt.failure;
  } catch (const EngineError& error) {
    if (!is_worth_another_server(error.kind)) throw;
    attempt.failure = error;
  }
}

/// Until the first byte of a response has come, nobody has seen anything: any server may do.
Task<> RemoteEngine::open_somewhere(const GenerationRequest& request, Attempt& attempt) {
  do {
    attempt.place.reset();
    attempt.place.emplace(
        pool_.choose_or_throw(SteadyClock::now(), attempt.tried, attempt.failure));
    co_await try_one(request, attempt);
  } while (!attempt.response);
}

Task<> RemoteEngine::run(GenerationRequest request, GenerationContext& context) {
  Attempt attempt;
  co_await open_somewhere(request, attempt);
  request = {};  // may be megabytes
  context.prompt_tokens = std::move(attempt.prompt_tokens);
  co_await follow_generation(*attempt.response, attempt.reply, context);
}

Task<> RemoteEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  const Admission::Permit permit =
      co_await take_turn(*admission_, options_.queue_wait_max, request.claim);
  TimedGeneration generation(options_, sink);
  co_await generation.run(run(std::move(request), generation.context()));
}

Task<> RemoteEngine::count(GenerationRequest request, std::int64_t& tokens) {
  const auto place = pool_.choose_or_throw(SteadyClock::now(), {}, std::nullopt);
  try {
    OpenAiServer server = co_await known_server(place.index());
    tokens = co_await count_tokens_of(client_, std::move(server), std::move(request));
  } catch (const wire::ClientError& problem) {
    pool_.request_failed(place.index(), SteadyClock::now(), problem);
    throw error_from_transport(problem);
  }
}

Task<std::int64_t> RemoteEngine::count_tokens(GenerationRequest request) {
  const auto self = shared_from_this();
  std::int64_t tokens = 0;
  co_await run_in_time(options_.first_token_timeout, count(std::move(request), tokens),
                       "The engine did not count in time.");
  co_return tokens;
}

// ---- Health

Task<> RemoteEngine::watch(std::size_t index) {
  const auto self = shared_from_this();
  Timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    const Deadline deadline(kCheckTimeout);
    std::string trouble;
    try {
      const bool in_time = co_await run_until(deadline, check(index));
      if (!in_time) trouble = "gave no answer in time";
    } catch (const wire::ClientError& problem) {
      trouble = problem.what();
    } catch (const EngineError& error) {
      trouble = error.what();
    }
    if (trouble.empty()) {
      pool_.succeeded(index);
    } else {
      pool_.failed(index, SteadyClock::now(),
                   fmt::format("{}: {}", pool_.endpoint(index).text(), trouble));
    }
    timer.expires_after(check_interval_);
    co_await timer.async_wait(use_task);
  }
}

/// Throws when the server is not fit for requests.
Task<> RemoteEngine::check(std::size_t index) {
  const OpenAiServer known = co_await known_server(index);
  ServerAnswer health = co_await ask_server(client_, known, "GET", "/health", "");
  if (health.status == 404 || health.status == 405) {
    health = co_await ask_server(client_, known, "GET", "/v1/models", "");
  }
  if (health.status != 200) throw error_from_response(health.status, health.body);
}

/// Only llama-server tells.
bool RemoteEngine::reads_images() const {
  const auto traits = pool_.traits(0);
  return traits && traits->dialect == Dialect::kLlamaCpp && traits->reads_images;
}

EngineStatus RemoteEngine::status() const {
  return pool_.engine_status(options_.name);
}

}  // namespace bedplate::inference
