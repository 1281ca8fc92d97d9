// Stability AI's image services: thirteen models, each with a body of its own. Facts: AWS's guide,
// page stable-image-services (docs/image-generation.md).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/api_error.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/families/image_family.hpp"
#include "inference/families/image_parts.hpp"
#include "inference/families/stability_parts.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kSeedMax = 4'294'967'294;
constexpr std::size_t kPromptCharactersMax = 10'000;

constexpr InputImageLimits kUsualLimits{
    .side_min_px = 64, .pixels_max = 9'437'184, .ratio_max = 2.5, .webp = true};

/// "Minimum 0": also an empty prompt is one.
void read_text(BodyReader& reader, ImageRequest& request) {
  auto text = reader.string("prompt");
  if (!text || text->empty()) return;
  check_length(*text, reader.pointer_to("prompt"), kPromptCharactersMax, reader.violations());
  request.prompts.push_back({std::move(*text), 1});
}

void read_needed_image(BodyReader& reader, std::string_view key, ImageRequest& request) {
  reader.require(key);
  if (auto image = read_image(reader, key)) request.images.push_back(std::move(*image));
}

/// A number that no engine here has a place for.
void read_number_beyond(BodyReader& reader, const char* key, double min, double max,
                        ImageRequest& request) {
  if (reader.number(key, min, max)) request.beyond.emplace_back(key);
}

constexpr std::int64_t kGrowMaxPx = 20;

/// The mask, or the image's own transparency.
void read_mask(BodyReader& reader, ImageRequest& request) {
  constexpr std::int64_t kDefaultGrowPx = 5;
  auto drawn = read_image(reader, "mask");
  const auto grow = reader.integer("grow_mask", 0, kGrowMaxPx).value_or(kDefaultGrowPx);
  if (request.images.empty()) return;
  ImageMask mask;
  mask.area = drawn ? ImageMask::Area::kWhite : ImageMask::Area::kTransparent;
  mask.image = drawn ? std::move(*drawn) : request.images.front();
  mask.grow_px = static_cast<int>(grow);
  mask.resized = true;
  request.mask = std::move(mask);
}

/// Of a mask that the service would find by itself.
void read_grow_beyond(BodyReader& reader, ImageRequest& request) {
  if (reader.integer("grow_mask", 0, kGrowMaxPx)) request.beyond.emplace_back("grow_mask");
}

/// What is searched for in the image, in words for an instruction.
std::string read_searched(BodyReader& reader, std::string_view key) {
  reader.require(key);
  const std::string text = reader.string(key).value_or("");
  if (reader.any(key) != nullptr) {
    check_length(text, reader.pointer_to(key), kPromptCharactersMax, reader.violations());
  }
  return text;
}

void read_inpaint(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  read_mask(reader, request);
}

void read_erase(BodyReader& reader, ImageRequest& request) {
  read_needed_image(reader, "image", request);
  read_mask(reader, request);
  request.instruction = "Remove what is in the masked area and continue what surrounds it.";
}

void read_outpaint(BodyReader& reader, ImageRequest& request) {
  constexpr std::int64_t kMarginMaxPx = 2'000;
  read_needed_image(reader, "image", request);
  const auto margin = [&](std::string_view key) {
    return static_cast<int>(reader.integer(key, 0, kMarginMaxPx).value_or(0));
  };
  const Margins margins{margin("left"), margin("right"), margin("up"), margin("down")};
  read_number_beyond(reader, "creativity", 0.1, 1, request);
  if (margins.left_px + margins.right_px + margins.top_px + margins.bottom_px == 0 &&
      reader.violations().empty()) {
    reader.violations().add("#", "at least one of left, right, up and down must be above 0");
  }
  request.margins = margins;
  if (!request.images.empty()) {
    request.mask = ImageMask{request.images.front(), ImageMask::Area::kMargins};
  }
  request.instruction = "Continue the picture into the masked area.";
}

void read_search_replace(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  request.instruction =
      fmt::format("Replace this in the picture, and change nothing else: {}. Put in its place:",
                  read_searched(reader, "search_prompt"));
  read_grow_beyond(reader, request);
}

void read_search_recolor(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  request.instruction = fmt::format(
      "Change only the colour of this in the picture, and nothing else: {}. It becomes:",
      read_searched(reader, "select_prompt"));
  read_grow_beyond(reader, request);
}

void read_remove_background(BodyReader& reader, ImageRequest& request) {
  read_needed_image(reader, "image", request);
  request.instruction = "Remove the background and leave the subject as it is.";
  request.transparent_background = true;
}

void read_sketch(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  read_number_beyond(reader, "control_strength", 0, 1, request);
  request.instruction = "Make a finished picture of this sketch and keep to its contours:";
}

void read_structure(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  read_number_beyond(reader, "control_strength", 0, 1, request);
  request.instruction = "Make a new picture that keeps the structure of this one:";
}

void read_style_guide(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_needed_image(reader, "image", request);
  read_number_beyond(reader, "fidelity", 0, 1, request);
  set_aspect_ratio(read_aspect_ratio_name(reader).value_or("1:1"), request);
  request.instruction = "Make a new picture in the style of this one:";
}

void read_style_transfer(BodyReader& reader, ImageRequest& request) {
  read_needed_image(reader, "init_image", request);
  read_needed_image(reader, "style_image", request);
  read_number_beyond(reader, "composition_fidelity", 0, 1, request);
  read_number_beyond(reader, "style_strength", 0, 1, request);
  read_number_beyond(reader, "change_strength", 0.1, 1, request);
  request.instruction =
      "Redraw the first picture in the style of the second one and keep its composition.";
}

void read_upscale(BodyReader& reader, ImageRequest& request) {
  read_needed_image(reader, "image", request);
  request.beyond.emplace_back("upscaling");
}

void read_creative_upscale(BodyReader& reader, ImageRequest& request) {
  reader.require("prompt");
  read_upscale(reader, request);
  reader.number("creativity", 0.1, 0.5);
}

struct Service {
  std::string_view id;  ///< part of the model's
  void (*read)(BodyReader& reader, ImageRequest& request);
  bool prompt = true;
  bool negative = true;
  bool style = true;
  bool seed = true;
  InputImageLimits limits = kUsualLimits;
};

constexpr std::array<Service, 13> kServices{{
    {"stable-image-inpaint", read_inpaint},
    {"stable-image-erase-object", read_erase, false, false, false},
    {"stable-outpaint", read_outpaint, true, false},
    {"stable-image-search-replace", read_search_replace},
    {"stable-image-search-recolor", read_search_recolor},
    {"stable-image-remove-background", read_remove_background, false, false, false, false},
    {"stable-image-control-sketch", read_sketch},
    {"stable-image-control-structure", read_structure},
    {"stable-image-style-guide", read_style_guide},
    {"stable-style-transfer", read_style_transfer, true, true, false},
    {"stable-fast-upscale", read_upscale, false, false, false, false,
     InputImageLimits{
         .side_min_px = 32, .side_max_px = 1'536, .pixels_max = 1'048'576, .webp = true}},
    {"stable-creative-upscale", read_creative_upscale, true, true, true, true,
     InputImageLimits{.side_min_px = 64, .pixels_max = 1'048'576, .webp = true}},
    {"stable-conservative-upscale", read_creative_upscale, true, true, false},
}};

const Service& service_of(const CatalogueModel& model) {
  for (const Service& service : kServices) {
    if (model.id.find(service.id) != std::string::npos) return service;
  }
  throw errors::not_implemented(model.id);
}

class StabilityEdit final : public ImageFamily {
 public:
  ImageRequest parse(const json::object& body, const CatalogueModel& model) const override {
    const Service& service = service_of(model);
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    ImageRequest request;
    if (service.prompt) read_text(reader, request);
    if (service.negative) read_negative_prompt(reader, kPromptCharactersMax, request);
    if (service.style) read_style_preset(reader, request);
    if (service.seed) {
      read_stability_seed(reader, kSeedMax, request);
    } else {
      request.seed.value = random_seed(kSeedMax);
    }
    read_output_format(reader, request);
    service.read(reader, request);
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.input_limits = service.limits;
    return request;
  }

  void complete(ImageRequest&) const override {
    ApiError error = errors::validation("This model changes images and makes none of text alone.");
    error.parameter = "#/model";
    throw error;
  }

  json::object render(const ImageReply& reply) const override {
    return stability_sd3().render(reply);
  }
};

}  // namespace

const ImageFamily& stability_edit() {
  static const StabilityEdit family;
  return family;
}

}  // namespace bedplate::inference
