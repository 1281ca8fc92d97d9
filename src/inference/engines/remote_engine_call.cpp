// RemoteEngine: embeddings, rankings and images, which are answered as a whole.
#include "inference/engines/embedding_call.hpp"
#include "inference/engines/engine_errors.hpp"
#include "inference/engines/image_call.hpp"
#include "inference/engines/remote_engine.hpp"
#include "inference/engines/rerank_call.hpp"
#include "inference/engines/timed_generation.hpp"

namespace bedplate::inference {

Task<EmbeddingReply> RemoteEngine::embed(EmbeddingRequest request) {
  SlotClaim claim = request.claim;
  EmbeddingCall embedding(std::move(request));
  co_await call(embedding, options_.first_token_timeout, std::move(claim));
  co_return embedding.take_reply();
}

Task<RerankReply> RemoteEngine::rerank(RerankRequest request) {
  RerankCall ranking(request);
  co_await call(ranking, options_.first_token_timeout, request.claim);
  if (ranking.answered()) co_return ranking.take_reply();
  co_return co_await rank_by_similarity(*this, std::move(request));
}

/// Every image may take as long as another reply's first token.
Task<ImageReply> RemoteEngine::make_images(ImageRequest request) {
  const std::chrono::milliseconds timeout = options_.first_token_timeout * request.count;
  SlotClaim claim = request.claim;
  ImageCall making(std::move(request));
  co_await call(making, timeout, std::move(claim));
  co_return making.take_reply();
}

Task<> RemoteEngine::call(ServerCall& call, std::chrono::milliseconds timeout, SlotClaim claim) {
  const auto self = shared_from_this();
  const Admission::Permit permit =
      co_await take_turn(*admission_, options_.queue_wait_max, std::move(claim));
  co_await run_in_time(timeout, call_somewhere(call), "The model gave no answer in time.");
}

/// Nobody sees anything before the whole answer is here: any server may do.
Task<> RemoteEngine::call_somewhere(ServerCall& call) {
  std::vector<std::size_t> tried;
  std::optional<EngineError> failure;
  for (;;) {
    const auto place = pool_.choose_or_throw(SteadyClock::now(), tried, failure);
    tried.push_back(place.index());
    failure = co_await call_one(call, place.index());
    if (!failure) co_return;
  }
}

/// Nothing when it went well, else what failed at this server but may go well at another.
Task<std::optional<EngineError>> RemoteEngine::call_one(ServerCall& call, std::size_t index) {
  try {
    OpenAiServer server = co_await known_server(index);
    co_await call.run(client_, std::move(server));
    pool_.succeeded(index);
    co_return std::nullopt;
  } catch (const wire::ClientError& problem) {
    EngineError failure = error_from_transport(problem);
    pool_.request_failed(index, SteadyClock::now(), problem);
    if (failure.kind == EngineError::Kind::kTimeout) throw failure;
    co_return failure;
  } catch (const EngineError& error) {
    if (!is_worth_another_server(error.kind)) throw;
    co_return error;
  }
}

}  // namespace bedplate::inference
