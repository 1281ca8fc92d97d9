// Converse: a whole reply.
#include "operations/handlers.hpp"
#include "operations/runtime/converse_input.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
namespace {

api::runtime::Message assistant_message(std::string text) {
  api::runtime::Message message;
  message.role = "assistant";
  if (!text.empty()) {
    api::runtime::ContentBlock block;
    block.text = std::move(text);
    message.content.push_back(std::move(block));
  }
  return message;
}

}  // namespace

template <>
Task<api::runtime::ConverseResponse> handle<op::runtime::Converse>(
    Context& context, api::runtime::ConverseRequest request) {
  inference::ResolvedModel resolved = resolve_model(context, request.modelId);
  refuse_unbuilt_converse_parts(request);
  const inference::Family& family = family_of(*resolved.model);
  inference::GenerationRequest generation =
      read_converse(converse_input(request), *resolved.model, family);

  inference::GenerationReply reply = co_await generate_whole(resolved, std::move(generation), true);

  api::runtime::ConverseResponse response;
  response.stopReason = converse_stop_reason(reply.end.reason);
  response.usage = converse_usage(reply.end.usage, *resolved.model, false);
  if (request.additionalModelResponseFieldPaths) {
    const auto native = family.render(reply, reply_context(context, resolved));
    response.additionalModelResponseFields =
        pick_response_fields(*request.additionalModelResponseFieldPaths, {native});
  }
  response.output.message = assistant_message(reply.text());
  response.performanceConfig = request.performanceConfig;
  response.serviceTier = request.serviceTier;
  response.metrics.latencyMs = context.elapsed_ms();
  co_return response;
}

}  // namespace bedplate::operations
