#include "inference/engines/upstream.hpp"

#include "inference/engines/engine_errors.hpp"
#include "inference/engines/remote_engine.hpp"
#include "inference/engines/timed_generation.hpp"

namespace bedplate::inference {

Upstream::Upstream(const EngineOptions& options, std::vector<wire::Endpoint> endpoints,
                   Limits limits, wire::Client& client, const UpstreamService& service)
    : options_(options),
      client_(client),
      service_(service),
      pool_(std::move(endpoints), {.concurrency_max = limits.concurrency_max}),
      admission_(
          std::make_shared<Admission>(pool_.size() * limits.concurrency_max, limits.queue_max)) {}

/// One request's way to a server.
struct Upstream::Attempt {
  std::vector<std::size_t> tried;
  std::optional<EndpointPool::Place> place;
  std::unique_ptr<wire::ClientResponse> response;  ///< with status 200
  std::optional<EngineError> failure;              ///< of the last server tried
};

Task<> Upstream::try_one(const std::string& path, const std::string& body, Attempt& attempt) {
  const std::size_t index = attempt.place->index();
  const wire::Endpoint& endpoint = pool_.endpoint(index);
  attempt.tried.push_back(index);
  attempt.failure.reset();
  try {
    wire::ClientRequest request = service_.make_request(endpoint, path, body);
    auto response = co_await client_.send(endpoint, std::move(request));
    pool_.succeeded(index);
    if (response->status() == 200) {
      attempt.response = std::move(response);
      co_return;
    }
    std::string reason = co_await response->read_all();
    attempt.failure = service_.refusal(response->status(), response->headers(), std::move(reason));
  } catch (const wire::ClientError& problem) {
    attempt.failure = error_from_transport(problem);
    pool_.request_failed(index, SteadyClock::now(), problem);
  }
  if (!is_worth_another_server(attempt.failure->kind)) throw *attempt.failure;
}

Task<> Upstream::open_somewhere(std::string path, std::string body, Attempt& attempt) {
  do {
    attempt.place.reset();
    attempt.place.emplace(
        pool_.choose_or_throw(SteadyClock::now(), attempt.tried, attempt.failure));
    co_await try_one(path, body, attempt);
  } while (!attempt.response);
}

Task<> Upstream::run(std::string path, std::string body, ReplyReader& reply,
                     GenerationContext& context) {
  Attempt attempt;
  co_await open_somewhere(std::move(path), std::move(body), attempt);
  co_await follow_reply(*attempt.response, reply, context);
}

Task<> Upstream::generate(std::string path, std::string body, ReplyReader& reply,
                          GenerationSink& sink, SlotClaim claim) {
  const Admission::Permit permit =
      co_await take_turn(*admission_, options_.queue_wait_max, std::move(claim));
  TimedGeneration generation(options_, sink);
  co_await generation.run(run(std::move(path), std::move(body), reply, generation.context()));
}

Task<> Upstream::read_answer(std::string path, std::string body, UpstreamAnswer& answer) {
  Attempt attempt;
  co_await open_somewhere(std::move(path), std::move(body), attempt);
  answer.headers = attempt.response->headers();
  try {
    answer.body = co_await attempt.response->read_all();
  } catch (const wire::ClientError& problem) {
    throw error_from_transport(problem);
  }
}

Task<UpstreamAnswer> Upstream::ask(std::string path, std::string body) {
  UpstreamAnswer answer;
  co_await run_in_time(options_.first_token_timeout,
                       read_answer(std::move(path), std::move(body), answer),
                       "The engine did not answer in time.");
  co_return answer;
}

Task<UpstreamAnswer> Upstream::ask_in_turn(std::string path, std::string body, SlotClaim claim) {
  const Admission::Permit permit =
      co_await take_turn(*admission_, options_.queue_wait_max, std::move(claim));
  UpstreamAnswer answer = co_await ask(std::move(path), std::move(body));
  co_return answer;
}

}  // namespace bedplate::inference
