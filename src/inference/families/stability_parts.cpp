#include "inference/families/stability_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "inference/families/embedding_parts.hpp"
#include "inference/families/image_parts.hpp"

namespace bedplate::inference {
namespace {

struct AspectRatio {
  std::string_view name;
  int width_px;
  int height_px;
};

constexpr std::array<AspectRatio, 9> kAspectRatios{{{"16:9", 1344, 768},
                                                    {"1:1", 1024, 1024},
                                                    {"21:9", 1536, 640},
                                                    {"2:3", 832, 1216},
                                                    {"3:2", 1216, 832},
                                                    {"4:5", 896, 1088},
                                                    {"5:4", 1088, 896},
                                                    {"9:16", 768, 1344},
                                                    {"9:21", 640, 1536}}};

}  // namespace

void read_style_preset(BodyReader& reader, ImageRequest& request) {
  const auto style = read_choice(
      reader, "style_preset",
      {"3d-model", "analog-film", "anime", "cinematic", "comic-book", "digital-art", "enhance",
       "fantasy-art", "isometric", "line-art", "low-poly", "modeling-compound", "neon-punk",
       "origami", "photographic", "pixel-art", "tile-texture"});
  if (!style) return;
  std::string words = *style;
  std::replace(words.begin(), words.end(), '-', ' ');
  request.prompts.push_back({words + " style", 1});
}

void read_stability_seed(BodyReader& reader, std::int64_t max, ImageRequest& request) {
  const std::int64_t seed = reader.integer("seed", 0, max).value_or(0);
  request.seed = {seed != 0 ? seed : random_seed(max), seed != 0};
}

void read_output_format(BodyReader& reader, ImageRequest& request) {
  auto format = reader.string("output_format");
  if (!format) return;
  std::string lower = *format;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower != "png" && lower != "jpeg" && lower != "webp") {
    reader.violations().add(reader.pointer_to("output_format"),
                            fmt::format("{} is not a valid enum value", *format));
    return;
  }
  request.format = lower;
}

void read_negative_prompt(BodyReader& reader, std::size_t characters_max, ImageRequest& request) {
  auto negative = reader.string("negative_prompt");
  if (!negative || negative->empty()) return;
  check_length(*negative, reader.pointer_to("negative_prompt"), characters_max,
               reader.violations());
  request.prompts.push_back({std::move(*negative), -1});
}

std::optional<std::string> read_aspect_ratio_name(BodyReader& reader) {
  return read_choice(reader, "aspect_ratio",
                     {"16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"});
}

void set_aspect_ratio(std::string_view name, ImageRequest& request) {
  for (const AspectRatio& ratio : kAspectRatios) {
    if (ratio.name != name) continue;
    request.width_px = ratio.width_px;
    request.height_px = ratio.height_px;
  }
}

bool is_aspect_ratio_size(int width_px, int height_px) {
  return std::any_of(kAspectRatios.begin(), kAspectRatios.end(), [=](const AspectRatio& ratio) {
    return ratio.width_px == width_px && ratio.height_px == height_px;
  });
}

}  // namespace bedplate::inference
