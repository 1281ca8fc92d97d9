// CountTokens: what the same Converse or InvokeModel call would report as its input.
#include "operations/handlers.hpp"
#include "operations/model_errors.hpp"
#include "operations/runtime/attachments.hpp"
#include "operations/runtime/converse_input.hpp"
#include "operations/runtime/generation.hpp"
#include "operations/runtime/invoke_request.hpp"

namespace bedplate::operations {
namespace {

inference::GenerationRequest read_input(const api::runtime::CountTokensInput& input,
                                        const inference::CatalogueModel& model) {
  const inference::Family& family = family_of(model);
  if (input.converse) return read_converse(converse_input(*input.converse), model, family);
  if (input.invokeModel) {
    return family.parse(inference::parse_body_object(input.invokeModel->body), model, false);
  }
  throw errors::validation("The input must hold either 'converse' or 'invokeModel'.");
}

Task<std::int64_t> count(inference::ResolvedModel resolved, inference::GenerationRequest request,
                         bool in_converse) {
  try {
    co_return co_await resolved.engine->count_tokens(std::move(request));
  } catch (const inference::EngineError& failure) {
    throw model_error(failure, *resolved.model, in_converse, false);
  }
}

}  // namespace

template <>
Task<api::runtime::CountTokensResponse> handle<op::runtime::CountTokens>(
    Context& context, api::runtime::CountTokensRequest request) {
  // Recorded: it takes the model's own id also where InvokeModel wants a profile, and no profile.
  inference::ResolvedModel resolved =
      co_await resolve_model(context, request.modelId, inference::BareIds::kProfiled);
  const bool bare = resolved.profile_id.empty() && resolved.called_as.empty();
  if (!resolved.model->features.count_tokens || !bare) {
    throw errors::validation("The provided model doesn't support counting tokens.");
  }
  inference::GenerationRequest generation = read_input(request.input, *resolved.model);
  const bool in_converse = request.input.converse.has_value();
  co_await read_attachments(generation, resolved, context.services.document_reader,
                            in_converse ? documents::Door::kConverse : documents::Door::kMessages);
  generation.model_id = resolved.model->id;
  const std::int64_t tokens = co_await count(resolved, std::move(generation), in_converse);
  api::runtime::CountTokensResponse response;
  response.inputTokens = static_cast<std::int32_t>(tokens);
  co_return response;
}

}  // namespace bedplate::operations
