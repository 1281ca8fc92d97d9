#include "operations/runtime/generation.hpp"

#include <fmt/format.h>

#include "operations/model_errors.hpp"

namespace bedplate::operations {

inference::ResolvedModel resolve_model(Context& context, std::string_view model_identifier) {
  inference::ResolvedModel resolved =
      context.services.bindings.resolve(model_identifier, context.principal.region);
  if (resolved.engine == nullptr) throw no_model_access();
  context.response_headers.add("x-bedplate-served-by", resolved.engine->served_by());
  return resolved;
}

const inference::Family& family_of(const inference::CatalogueModel& model) {
  const inference::Family* family = inference::find_family(model.family);
  if (family == nullptr) {
    throw errors::not_implemented(fmt::format("the '{}' model family", model.family));
  }
  return *family;
}

inference::ReplyContext reply_context(const Context& context,
                                      const inference::ResolvedModel& resolved) {
  inference::ReplyContext reply;
  reply.model = resolved.model;
  reply.model_id = resolved.model->id;
  reply.request_id = context.request_id;
  reply.created = context.services.clock.now();
  reply.reports_caching = resolved.model->features.prompt_caching;
  return reply;
}

Task<> generate(inference::ResolvedModel resolved, inference::GenerationRequest request,
                inference::GenerationSink& sink, bool in_converse,
                std::function<bool()> stream_started) {
  try {
    co_await resolved.engine->generate(std::move(request), sink);
  } catch (const inference::EngineError& failure) {
    throw model_error(failure, *resolved.model, in_converse, stream_started());
  }
}

Task<inference::GenerationReply> generate_whole(inference::ResolvedModel resolved,
                                                inference::GenerationRequest request,
                                                bool in_converse) {
  try {
    co_return co_await inference::collect(*resolved.engine, std::move(request));
  } catch (const inference::EngineError& failure) {
    throw model_error(failure, *resolved.model, in_converse, false);
  }
}

}  // namespace bedplate::operations
