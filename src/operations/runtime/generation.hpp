// What the runtime operations share: from a modelId to a running generation.
#pragma once

#include <functional>
#include <string>

#include "inference/families/family.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Resolves a modelId and notes who serves it in the response headers. Throws as
/// Bindings::resolve(), AccessDeniedException when nothing is bound to the model, and as
/// check_model_access(). Asks the store only for what names_own_model().
Task<inference::ResolvedModel> resolve_model(
    Context& context, std::string model_identifier,
    inference::BareIds bare_ids = inference::BareIds::kOnDemand);

/// The model's family; 501 when its native body is not built yet.
const inference::Family& family_of(const inference::CatalogueModel& model);

inference::ReplyContext reply_context(const Context& context,
                                      const inference::ResolvedModel& resolved);

/// What an engine's failure is called for the client that asked.
using WordFailure = std::function<ApiError(const inference::EngineError& failure)>;

/// generate(), below, for a way in that words failures itself. Counts the request against its quota
/// before anything else costs time.
Task<> run_generation(Context& context, inference::ResolvedModel resolved,
                      inference::GenerationRequest request, inference::GenerationSink& sink,
                      bool in_converse, WordFailure word_failure);

/// Runs a generation into `sink`. The model's thinking reaches it only when the request asked for
/// it, and signed; thinking that the client sends back must be signed so. EngineErrors leave it as
/// the ApiError they are on the wire; `stream_started` tells whether the reply had begun.
Task<> generate(Context& context, inference::ResolvedModel resolved,
                inference::GenerationRequest request, inference::GenerationSink& sink,
                bool in_converse, std::function<bool()> stream_started);

/// The same, handing back the whole reply.
Task<inference::GenerationReply> generate_whole(Context& context, inference::ResolvedModel resolved,
                                                inference::GenerationRequest request,
                                                bool in_converse);

}  // namespace bedplate::operations
