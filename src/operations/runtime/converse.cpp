// Converse: a whole reply.
#include "operations/handlers.hpp"
#include "operations/runtime/converse_input.hpp"
#include "operations/runtime/converse_reply.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
template <>
Task<api::runtime::ConverseResponse> handle<op::runtime::Converse>(
    Context& context, api::runtime::ConverseRequest request) {
  inference::ResolvedModel resolved = co_await resolve_model(context, request.modelId);
  refuse_unbuilt_converse_parts(request);
  const inference::Family& family = family_of(*resolved.model);
  inference::GenerationRequest generation =
      read_converse(converse_input(request), *resolved.model, family);

  inference::GenerationReply reply =
      co_await generate_whole(context, resolved, std::move(generation), true);

  api::runtime::ConverseResponse response;
  response.stopReason = converse_stop_reason(reply.end.reason);
  response.usage = converse_usage(reply.end.usage, *resolved.model, false);
  if (request.additionalModelResponseFieldPaths) {
    const auto native = family.render(reply, reply_context(context, resolved));
    response.additionalModelResponseFields =
        pick_response_fields(*request.additionalModelResponseFieldPaths, {native});
  }
  response.output.message = converse_message(std::move(reply), *resolved.model);
  response.performanceConfig = request.performanceConfig;
  response.serviceTier = request.serviceTier;
  response.metrics.latencyMs = context.elapsed_ms();
  co_return response;
}

}  // namespace bedplate::operations
