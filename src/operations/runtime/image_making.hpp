// From a request for images to images, for InvokeModel and the doors.
#pragma once

#include "inference/image_generation.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// Checks the input images and puts them into the form that engines take, asks the model's engine,
/// and checks that what it sends is what was asked for. Throws ApiError.
Task<inference::ImageReply> make_images(Context& context, inference::ResolvedModel resolved,
                                        inference::ImageRequest request);

}  // namespace bedplate::operations
