// What the bodies of Stability AI's models have in common.
#pragma once

#include <cstdint>
#include <string>

#include "inference/families/body_reader.hpp"
#include "inference/image_generation.hpp"

namespace bedplate::inference {

/// `style_preset`: becomes words of the prompt.
void read_style_preset(BodyReader& reader, ImageRequest& request);

/// `seed`, from 0 to `max`; 0 and none are a random one.
void read_stability_seed(BodyReader& reader, std::int64_t max, ImageRequest& request);

/// `output_format`, in letters of any case.
void read_output_format(BodyReader& reader, ImageRequest& request);

/// `negative_prompt`. An empty one is what some clients send for none.
void read_negative_prompt(BodyReader& reader, std::size_t characters_max, ImageRequest& request);

/// `aspect_ratio`: one of nine, or nothing when it is none of them or not there.
std::optional<std::string> read_aspect_ratio_name(BodyReader& reader);
/// About one megapixel of that ratio, in steps of 64.
void set_aspect_ratio(std::string_view name, ImageRequest& request);
/// Whether a size is one of those.
bool is_aspect_ratio_size(int width_px, int height_px);

}  // namespace bedplate::inference
