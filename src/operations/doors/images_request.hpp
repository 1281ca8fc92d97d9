// What OpenAI's images API asks for, before a model has a say.
#pragma once

#include <string>
#include <string_view>

#include "inference/image_generation.hpp"

namespace bedplate::operations {

struct ImagesRequest {
  std::string model;  ///< as the client named it
  /// Without a seed, and of no size when the client leaves that to the model.
  inference::ImageRequest wish;
};

/// Reads a body of /v1/images/generations. Throws ApiError 400 that names the member at fault.
ImagesRequest read_images_request(std::string_view body);

/// The same of /v1/images/edits, a form: images to be changed, and perhaps a mask whose transparent
/// part says where. `content_type`: the request's header.
ImagesRequest read_image_edits_request(std::string_view content_type, std::string_view body);

}  // namespace bedplate::operations
