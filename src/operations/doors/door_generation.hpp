// From a body's `model` to a running generation, for every door. The counterpart of
// operations/runtime/generation.hpp, which the AWS operations use.
#pragma once

#include <string>

#include "inference/families/family.hpp"
#include "operations/doors/door.hpp"

namespace bedplate::operations {

/// Whether a model converses: it puts out text, and not as a ranking or a video's description.
bool is_chat_model(const inference::CatalogueModel& model);

/// Asks whether the caller may converse with a model, with a stream or without. Before it is
/// resolved.
Task<> authorize_chat(Context& context, const std::string& model_id, bool stream);

/// Resolves `model_id` as the AWS operations do, except that a model's own id also does where AWS
/// wants an inference profile (as its `bedrock-mantle` host does). Throws ApiError; for an
/// identifier that names nothing one that is worded for doors.
Task<inference::ResolvedModel> resolve_at_door(Context& context, std::string model_id);

/// The same, and checks that the model converses and, for `stream`, that it streams.
Task<inference::ResolvedModel> resolve_chat_model(Context& context, std::string model_id,
                                                  bool stream);

/// family.parse(), with its refusals in a door's terms: what no engine honours is the request's
/// fault (400) and names its member.
inference::GenerationRequest parse_at_door(const inference::Family& family,
                                           const boost::json::object& body,
                                           const inference::CatalogueModel& model, bool stream);

/// Runs a generation into `sink`. EngineErrors leave it as ApiErrors.
Task<> generate_at_door(const Door& door, Context& context, inference::ResolvedModel resolved,
                        inference::GenerationRequest request, inference::GenerationSink& sink,
                        const wire::ResponseWriter& writer);

/// The same, handing back the whole reply.
Task<inference::GenerationReply> generate_whole_at_door(const Door& door, Context& context,
                                                        inference::ResolvedModel resolved,
                                                        inference::GenerationRequest request,
                                                        const wire::ResponseWriter& writer);

Task<std::int64_t> count_tokens_at_door(const Door& door, Context& context,
                                        inference::ResolvedModel resolved,
                                        inference::GenerationRequest request);

/// Vectors. EngineErrors leave it as ApiErrors.
Task<inference::EmbeddingReply> embed_at_door(const Door& door, inference::ResolvedModel resolved,
                                              inference::EmbeddingRequest request);

/// Guardrails are not built yet; a request that asks for one must not run without it.
void refuse_guardrail_headers(const wire::Request& request);

}  // namespace bedplate::operations
