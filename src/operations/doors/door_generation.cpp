#include "operations/doors/door_generation.hpp"

#include <fmt/format.h>

#include "observe/api_call.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/model_errors.hpp"
#include "operations/runtime/attachments.hpp"
#include "operations/runtime/generation.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr int kNotImplemented = 501;

ApiError in_door_words(const Door& door, const inference::EngineError& failure,
                       const inference::CatalogueModel& model, bool streaming) {
  if (failure.kind == inference::EngineError::Kind::kContextOverflow) {
    return door.context_overflow(failure.prompt_tokens, failure.context_tokens);
  }
  return model_error(failure, model, /*in_converse=*/false, streaming);
}

/// The member of the body that a refusal names in quotes.
std::string member_named_in(std::string_view text, const json::object& body) {
  for (const auto& [key, value] : body) {
    if (text.find(fmt::format("'{}'", std::string_view(key))) != text.npos) {
      return fmt::format("#/{}", std::string_view(key));
    }
  }
  return {};
}

ApiError of_member(std::string_view member, ApiError error) {
  error.parameter = fmt::format("#/{}", member);
  return error;
}

}  // namespace

bool is_chat_model(const inference::CatalogueModel& model) {
  return model.features.converse && model.outputs("TEXT");
}

Task<> authorize_chat(Context& context, const std::string& model_id, bool stream) {
  return authorization::authorize_model_call(
      context, stream ? "bedrock:InvokeModelWithResponseStream" : "bedrock:InvokeModel", model_id);
}

Task<inference::ResolvedModel> resolve_at_door(Context& context, std::string model_id) {
  try {
    co_return co_await resolve_model(context, model_id, inference::BareIds::kProfiled);
  } catch (const ApiError& refusal) {
    if (refusal.code != kCodeModelNotFound) throw of_member("model", refusal);
    ApiError error = errors::resource_not_found(
        fmt::format("The model '{}' does not exist or you do not have access to it.", model_id));
    error.code = kCodeModelNotFound;
    throw of_member("model", std::move(error));
  }
}

Task<inference::ResolvedModel> resolve_chat_model(Context& context, std::string model_id,
                                                  bool stream) {
  if (context.call != nullptr && stream) context.call->takes_flag("stream", true);
  context.measure.use.streams = stream;
  inference::ResolvedModel resolved = co_await resolve_at_door(context, std::move(model_id));
  if (!is_chat_model(*resolved.model)) {
    throw of_member("model",
                    errors::validation("This action doesn't support the model that you provided. "
                                       "Try again with a supported text or chat model."));
  }
  if (stream && !resolved.model->response_streaming) {
    throw of_member("stream", errors::validation("The model is unsupported for streaming."));
  }
  co_return resolved;
}

inference::GenerationRequest parse_at_door(const inference::Family& family,
                                           const json::object& body,
                                           const inference::CatalogueModel& model, bool stream) {
  try {
    return family.parse(body, model, stream);
  } catch (const ApiError& refusal) {
    if (refusal.http_status != kNotImplemented) throw;
    ApiError error = errors::validation(refusal.what());
    error.code = "unsupported_parameter";
    error.parameter = member_named_in(refusal.what(), body);
    throw error;
  }
}

Task<> generate_at_door(const Door& door, Context& context, inference::ResolvedModel resolved,
                        inference::GenerationRequest request, inference::GenerationSink& sink,
                        const wire::ResponseWriter& writer) {
  const inference::CatalogueModel* model = resolved.model;
  WordFailure word = [&door, &writer, model](const inference::EngineError& failure) {
    return in_door_words(door, failure, *model, writer.started());
  };
  return run_generation(context, std::move(resolved), std::move(request), sink,
                        /*in_converse=*/false, std::move(word));
}

Task<inference::GenerationReply> generate_whole_at_door(const Door& door, Context& context,
                                                        inference::ResolvedModel resolved,
                                                        inference::GenerationRequest request,
                                                        const wire::ResponseWriter& writer) {
  inference::Collector collector;
  co_await generate_at_door(door, context, std::move(resolved), std::move(request), collector,
                            writer);
  co_return std::move(collector.reply);
}

Task<std::int64_t> count_tokens_at_door(const Door& door, Context& context,
                                        inference::ResolvedModel resolved,
                                        inference::GenerationRequest request) {
  co_await read_attachments(request, resolved, context.services.document_reader,
                            documents::Door::kMessages);
  request.model_id = resolved.model->id;
  try {
    co_return co_await resolved.engine->count_tokens(std::move(request));
  } catch (const inference::EngineError& failure) {
    throw in_door_words(door, failure, *resolved.model, false);
  }
}

Task<inference::EmbeddingReply> embed_at_door(const Door& door, inference::ResolvedModel resolved,
                                              inference::EmbeddingRequest request) {
  request.model_id = resolved.model->id;
  request.claim = resolved.claim;
  try {
    co_return co_await resolved.engine->embed(std::move(request));
  } catch (const inference::EngineError& failure) {
    throw in_door_words(door, failure, *resolved.model, false);
  }
}

void refuse_guardrail_headers(const wire::Request& request) {
  for (const char* name :
       {"x-amzn-bedrock-guardrailidentifier", "x-amzn-bedrock-guardrailversion"}) {
    if (request.headers.find(name) != nullptr) {
      throw errors::not_implemented("guardrails besides the AWS operations");
    }
  }
}

}  // namespace bedplate::operations
