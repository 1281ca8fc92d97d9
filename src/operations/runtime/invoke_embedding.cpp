#include "operations/runtime/invoke_embedding.hpp"

#include "inference/families/embedding_family.hpp"
#include "operations/model_errors.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/runtime/invoke_request.hpp"
#include "operations/runtime/throttling.hpp"

namespace bedplate::operations {
namespace {

using inference::EngineError;

void add_latency_header(Context& context) {
  context.response_headers.add("X-Amzn-Bedrock-Invocation-Latency",
                               std::to_string(context.elapsed_ms()));
}

Task<inference::EmbeddingReply> embed(inference::ResolvedModel resolved,
                                      inference::EmbeddingRequest request,
                                      const inference::EmbeddingFamily& family) {
  request.model_id = resolved.model->id;
  request.claim = resolved.claim;
  try {
    co_return co_await resolved.engine->embed(std::move(request));
  } catch (const EngineError& failure) {
    if (failure.kind == EngineError::Kind::kContextOverflow) throw family.too_long(failure);
    throw model_error(failure, *resolved.model, false, false);
  }
}

Task<inference::RerankReply> rank(inference::ResolvedModel resolved,
                                  inference::RerankRequest request) {
  request.claim = resolved.claim;
  try {
    co_return co_await resolved.engine->rerank(std::move(request));
  } catch (const EngineError& failure) {
    throw model_error(failure, *resolved.model, false, false);
  }
}

Task<boost::json::object> vectors(Context& context, inference::ResolvedModel resolved,
                                  boost::json::object body,
                                  const inference::EmbeddingFamily& family) {
  const auto read = family.parse(body, *resolved.model);
  body = {};  // may be megabytes
  inference::EmbeddingRequest request = read->request();
  reserve_quota(context, resolved, request);
  inference::EmbeddingReply reply = co_await embed(resolved, std::move(request), family);
  context.reservation.settle(reply.input_tokens, 0);
  context.measure.use.input_tokens = reply.input_tokens;
  add_latency_header(context);
  // Recorded: vectors count input tokens only, rankings none.
  context.response_headers.add("X-Amzn-Bedrock-Input-Token-Count",
                               std::to_string(reply.input_tokens));
  co_return read->render(std::move(reply), reply_context(context, resolved));
}

Task<boost::json::object> ranking(Context& context, inference::ResolvedModel resolved,
                                  boost::json::object body, const inference::RerankFamily& family) {
  const auto read = family.parse(body);
  body = {};
  reserve_request(context, resolved);
  inference::RerankReply reply = co_await rank(resolved, read->request());
  context.measure.use.queries = 1;
  add_latency_header(context);
  co_return read->render(std::move(reply));
}

/// An engine that speaks InvokeModel knows itself what the body asks for.
Task<inference::NativeReply> hand_on(inference::ResolvedModel resolved, std::string body) {
  inference::NativeRequest request;
  request.model_id = resolved.model->id;
  request.body = std::move(body);
  request.claim = resolved.claim;
  try {
    co_return co_await resolved.engine->invoke(std::move(request));
  } catch (const EngineError& failure) {
    throw model_error(failure, *resolved.model, false, false);
  }
}

Task<std::string> handed_on(Context& context, inference::ResolvedModel resolved,
                            std::optional<std::string> body) {
  inference::parse_body_object(native_body(body));  // malformed ones are refused in our own words
  reserve_request(context, resolved);
  inference::NativeReply reply = co_await hand_on(std::move(resolved), std::move(*body));
  add_latency_header(context);
  if (reply.input_tokens) {
    context.reservation.settle(*reply.input_tokens, 0);
    context.measure.use.input_tokens = *reply.input_tokens;
    context.response_headers.add("X-Amzn-Bedrock-Input-Token-Count",
                                 std::to_string(*reply.input_tokens));
  }
  co_return std::move(reply.body);
}

Task<std::string> answer_of(Context& context, inference::ResolvedModel resolved,
                            std::optional<std::string> native) {
  boost::json::object body = inference::parse_body_object(native_body(native));
  native.reset();
  boost::json::object answer;
  if (const auto* family = inference::find_embedding_family(resolved.model->family)) {
    answer = co_await vectors(context, std::move(resolved), std::move(body), *family);
  } else {
    const auto* ranker = inference::find_rerank_family(resolved.model->family);
    answer = co_await ranking(context, std::move(resolved), std::move(body), *ranker);
  }
  co_return boost::json::serialize(answer);
}

}  // namespace

bool embeds_or_ranks(const inference::CatalogueModel& model) {
  return inference::find_embedding_family(model.family) != nullptr ||
         inference::find_rerank_family(model.family) != nullptr;
}

Task<api::runtime::InvokeModelResponse> invoke_embedding(Context& context,
                                                         inference::ResolvedModel resolved,
                                                         api::runtime::InvokeModelRequest request) {
  api::runtime::InvokeModelResponse response;
  if (resolved.engine->takes_native_bodies()) {
    response.body = co_await handed_on(context, std::move(resolved), std::move(request.body));
  } else {
    response.body = co_await answer_of(context, std::move(resolved), std::move(request.body));
  }
  response.contentType = "application/json";
  response.performanceConfigLatency = request.performanceConfigLatency;
  response.serviceTier = request.serviceTier;
  co_return response;
}

}  // namespace bedplate::operations
