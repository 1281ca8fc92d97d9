// Images and documents within chat bodies: base64 in, bytes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "inference/conversation.hpp"
#include "inference/families/body_reader.hpp"

namespace bedplate::inference {

/// Refuses images to a model that reads none, in Converse's words.
void require_images(bool model_reads_images);

/// png, jpeg, gif or webp.
bool is_image_format(std::string_view format);

/// The bytes that base64 text under `key` stands for; notes what is wrong with it.
std::optional<std::string> read_base64(BodyReader& reader, std::string_view key);

/// An image in a URI `data:image/…;base64,…`. Throws ValidationException for any other address:
/// nothing is fetched on a client's behalf.
std::optional<ImageBlock> read_data_uri(std::string_view uri, const std::string& pointer,
                                        BodyViolations& violations);

}  // namespace bedplate::inference
