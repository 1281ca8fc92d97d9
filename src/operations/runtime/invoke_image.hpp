// InvokeModel on models that make images.
#pragma once

#include "api/runtime.hpp"
#include "inference/model_catalogue.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Whether a model's native body asks for images.
bool makes_images(const inference::CatalogueModel& model);

/// What InvokeModel does for such a model. Throws ApiError.
Task<api::runtime::InvokeModelResponse> invoke_image(Context& context,
                                                     inference::ResolvedModel resolved,
                                                     api::runtime::InvokeModelRequest request);

}  // namespace bedplate::operations
