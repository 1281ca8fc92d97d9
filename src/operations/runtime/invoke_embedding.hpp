// InvokeModel on models that answer with vectors or a ranking.
#pragma once

#include "api/runtime.hpp"
#include "inference/model_catalogue.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Whether a model's native body asks for vectors or a ranking, not for a generation.
bool embeds_or_ranks(const inference::CatalogueModel& model);

/// What InvokeModel does for such a model. Throws ApiError.
Task<api::runtime::InvokeModelResponse> invoke_embedding(Context& context,
                                                         inference::ResolvedModel resolved,
                                                         api::runtime::InvokeModelRequest request);

}  // namespace bedplate::operations
