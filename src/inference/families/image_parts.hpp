// What the image families read and write alike.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/image_generation.hpp"

namespace bedplate::inference {

/// An image as base64 text. Noted when it is no base64.
std::optional<InputImage> read_image(BodyReader& reader, std::string_view key);
/// The same of a text that was read already. `where`: its pointer.
std::optional<InputImage> decode_image(const std::string& text, std::string where,
                                       BodyViolations& violations);

/// Adds a prompt of 1 to `characters_max` characters, when there is one.
void read_prompt(BodyReader& reader, std::string_view key, std::size_t characters_max,
                 double weight, ImageRequest& request);

/// Throws when a prompt that came through another API has no or too many characters.
void check_prompts(const ImageRequest& request, std::size_t characters_max);

/// Throws when such a request brings more images than the model takes.
void check_image_count(const ImageRequest& request, std::size_t images_max);

/// Whether the reply's size is that of the image to be changed.
inline bool keeps_size(const ImageRequest& request) {
  return !request.images.empty() && request.width_px == 0;
}

/// Of a size that a model does not make. `advice` names those that it does.
ApiError unsupported_size(const ImageRequest& request, std::string_view advice);

/// Any number that nobody can foresee, from 1 to `max`.
std::int64_t random_seed(std::int64_t max);

boost::json::array base64_images(const ImageReply& reply);

}  // namespace bedplate::inference
