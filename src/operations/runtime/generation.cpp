#include "operations/runtime/generation.hpp"

#include <fmt/format.h>

#include "operations/authorization/authorization.hpp"
#include "operations/model_access/model_access.hpp"
#include "operations/model_errors.hpp"
#include "operations/runtime/attachments.hpp"
#include "operations/runtime/citing.hpp"
#include "operations/runtime/invoke_embedding.hpp"
#include "operations/runtime/invoke_image.hpp"
#include "operations/runtime/measuring.hpp"
#include "operations/runtime/own_models.hpp"
#include "operations/runtime/prompt_caching.hpp"
#include "operations/runtime/reasoning.hpp"
#include "operations/runtime/throttling.hpp"

namespace bedplate::operations {

Task<inference::ResolvedModel> resolve_model(Context& context, std::string model_identifier,
                                             inference::BareIds bare_ids) {
  inference::ResolvedModel resolved;
  if (names_own_model(model_identifier)) {
    resolved = co_await resolve_own_model(context, std::move(model_identifier));
  } else {
    resolved =
        context.services.bindings.resolve(model_identifier, context.principal.region, bare_ids);
  }
  measure_model(context, resolved);
  authorization::authorize_resolved_model(context, resolved);
  if (resolved.engine == nullptr) throw no_model_access();
  check_model_access(context, *resolved.model);
  resolved.claim.account = context.principal.account_id;
  resolved.claim.priority = context.priority;
  context.response_headers.add("x-bedplate-served-by", resolved.engine->served_by());
  co_return resolved;
}

const inference::Family& family_of(const inference::CatalogueModel& model) {
  const inference::Family* family = inference::find_family(model.family);
  if (embeds_or_ranks(model) || makes_images(model)) throw no_chat_model();
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
  reply.elapsed_ms = context.elapsed_ms();
  return reply;
}

namespace {

Task<std::vector<CachedPrefix>> cached_prefixes(const Context& context,
                                                const inference::ResolvedModel& resolved,
                                                const inference::GenerationRequest& request,
                                                bool in_converse) {
  const auto* conversation = std::get_if<inference::Conversation>(&request.prompt);
  if (conversation == nullptr || resolved.engine->caches_prompts())
    co_return std::vector<CachedPrefix>();
  co_return co_await find_cached_prefixes(*conversation, resolved, context.principal.account_id,
                                          context.services.prompt_cache, in_converse);
}

}  // namespace

Task<> run_generation(Context& context, inference::ResolvedModel resolved,
                      inference::GenerationRequest request, inference::GenerationSink& sink,
                      bool in_converse, WordFailure word_failure) {
  const Services& services = context.services;
  check_reasoning(request, services.reasoning_signer, in_converse);
  check_citations(request, in_converse);
  reserve_quota(context, resolved, request);
  co_await read_attachments(request, resolved, services.document_reader,
                            in_converse ? documents::Door::kConverse : documents::Door::kMessages);
  request.model_id = resolved.model->id;
  request.claim = resolved.claim;
  try {
    std::vector<CachedPrefix> prefixes =
        co_await cached_prefixes(context, resolved, request, in_converse);
    std::optional<inference::citations::CitationIndex> citable = co_await index_citable(request);
    MeasuringSink measured(sink, context.measure.use);
    MeteringSink metered(measured, context.reservation);
    CitingSink cited(metered, std::move(citable));
    CachingSink cached(cited, services.prompt_cache, std::move(prefixes));
    inference::GenerationSink& next =
        resolved.engine->caches_prompts() ? static_cast<inference::GenerationSink&>(cited) : cached;
    ReasoningSink reasoned(next, services.reasoning_signer, request.reasoning.enabled,
                           *resolved.model);
    context.reservation.engine_asked();
    co_await resolved.engine->generate(std::move(request), reasoned);
  } catch (const inference::EngineError& failure) {
    context.reservation.engine_failed();
    throw word_failure(failure);
  }
}

Task<> generate(Context& context, inference::ResolvedModel resolved,
                inference::GenerationRequest request, inference::GenerationSink& sink,
                bool in_converse, std::function<bool()> stream_started) {
  const inference::CatalogueModel* model = resolved.model;
  WordFailure word = [model, in_converse, stream_started = std::move(stream_started)](
                         const inference::EngineError& failure) {
    return model_error(failure, *model, in_converse, stream_started());
  };
  return run_generation(context, std::move(resolved), std::move(request), sink, in_converse,
                        std::move(word));
}

Task<inference::GenerationReply> generate_whole(Context& context, inference::ResolvedModel resolved,
                                                inference::GenerationRequest request,
                                                bool in_converse) {
  return inference::collect(
      [&context, resolved = std::move(resolved), in_converse](inference::GenerationRequest each,
                                                              inference::GenerationSink& sink) {
        return generate(context, resolved, std::move(each), sink, in_converse,
                        [] { return false; });
      },
      std::move(request));
}

}  // namespace bedplate::operations
