// InvokeModel: a provider's native body in, its native body out.
#include <fmt/format.h>

#include "operations/handlers.hpp"
#include "operations/runtime/converse_reply.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/runtime/invoke_embedding.hpp"
#include "operations/runtime/invoke_image.hpp"
#include "operations/runtime/invoke_request.hpp"

namespace bedplate::operations {
namespace {

void add_token_headers(Context& context, const inference::ResolvedModel& resolved,
                       const inference::Usage& usage) {
  wire::Headers& headers = context.response_headers;
  headers.add("X-Amzn-Bedrock-Input-Token-Count", std::to_string(usage.input_tokens));
  headers.add("X-Amzn-Bedrock-Output-Token-Count", std::to_string(usage.output_tokens));
  // Recorded: Nova always has both, Claude where the cache was used, the newest Claude the first.
  const bool both = resolved.model->family == "nova" || usage.cache_read_input_tokens > 0 ||
                    usage.cache_write_input_tokens > 0;
  if (both || names_cache_writes_if_any(*resolved.model)) {
    headers.add("X-Amzn-Bedrock-Cache-Read-Input-Token-Count",
                std::to_string(usage.cache_read_input_tokens));
  }
  if (both) {
    headers.add("X-Amzn-Bedrock-Cache-Write-Input-Token-Count",
                std::to_string(usage.cache_write_input_tokens));
  }
  headers.add("X-Amzn-Bedrock-Invocation-Latency", std::to_string(context.elapsed_ms()));
}

}  // namespace

template <>
Task<api::runtime::InvokeModelResponse> handle<op::runtime::InvokeModel>(
    Context& context, api::runtime::InvokeModelRequest request) {
  refuse_guardrail(request.guardrailIdentifier, request.guardrailVersion);
  inference::ResolvedModel resolved = co_await resolve_model(context, request.modelId);
  if (embeds_or_ranks(*resolved.model)) {
    co_return co_await invoke_embedding(context, std::move(resolved), std::move(request));
  }
  if (makes_images(*resolved.model)) {
    co_return co_await invoke_image(context, std::move(resolved), std::move(request));
  }
  const inference::Family& family = family_of(*resolved.model);
  const boost::json::object body = inference::parse_body_object(native_body(request.body));
  inference::GenerationRequest generation = family.parse(body, *resolved.model, false);

  inference::GenerationReply reply =
      co_await generate_whole(context, resolved, std::move(generation), false);

  add_token_headers(context, resolved, reply.end.usage);
  api::runtime::InvokeModelResponse response;
  response.contentType = "application/json";
  inference::ReplyContext rendering = reply_context(context, resolved);
  rendering.body = &body;
  response.body = boost::json::serialize(family.render(reply, rendering));
  response.performanceConfigLatency = request.performanceConfigLatency;
  response.serviceTier = request.serviceTier;
  co_return response;
}

}  // namespace bedplate::operations
