// Amazon Titan Image Generator and Nova Canvas: the same bodies with other limits. Facts: AWS's
// guides, pages model-parameters-titan-image, image-gen-req-resp-structure and image-gen-access
// (docs/image-generation.md).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/api_error.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/families/image_family.hpp"
#include "inference/families/image_parts.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kSeedMax = 2'147'483'646;
constexpr std::size_t kImagesMax = 5;
constexpr std::size_t kColorsMax = 10;
constexpr int kDefaultSidePx = 1024;

/// Where Titan and Canvas differ.
struct Rules {
  std::size_t text_max = 0;  ///< characters
  bool later_tasks = false;  ///< those that Titan's first version lacks
  bool canvas = false;
  std::int64_t default_seed = 0;
};

void needs_prompt_length(BodyReader& params, const Rules& rules, ImageRequest& request) {
  read_prompt(params, "text", rules.text_max, 1, request);
  read_prompt(params, "negativeText", rules.text_max, -1, request);
}

void read_first_image(BodyReader& params, std::string_view key, ImageRequest& request) {
  params.require(key);
  if (auto image = read_image(params, key)) request.images.push_back(std::move(*image));
}

void read_text_to_image(BodyReader& params, const Rules& rules, ImageRequest& request) {
  params.require("text");
  needs_prompt_length(params, rules, request);
  if (rules.canvas) {
    const auto style =
        read_choice(params, "style",
                    {"3D_ANIMATED_FAMILY_FILM", "DESIGN_SKETCH", "FLAT_VECTOR_ILLUSTRATION",
                     "GRAPHIC_NOVEL_ILLUSTRATION", "MAXIMALISM", "MIDCENTURY_RETRO", "PHOTOREALISM",
                     "SOFT_DIGITAL_PAINTING"});
    if (style) {
      std::string words = *style;
      std::transform(words.begin(), words.end(), words.begin(), [](char c) {
        return c == '_' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      });
      request.prompts.push_back({words + " style", 1});
    }
  }
  if (!rules.later_tasks) return;
  const bool conditioned = read_image(params, "conditionImage").has_value();
  const bool mode = read_choice(params, "controlMode", {"CANNY_EDGE", "SEGMENTATION"}).has_value();
  const bool strength = params.number("controlStrength", 0, 1).has_value();
  if (conditioned) request.beyond.emplace_back("a conditionImage");
  if ((mode || strength) && !conditioned) params.require("conditionImage");
}

void read_mask(BodyReader& params, ImageMask::Area area, ImageRequest& request) {
  const bool described = params.filled_string("maskPrompt").has_value();
  const bool drawn = params.any("maskImage") != nullptr;
  if (described == drawn) {
    params.violations().add(params.pointer_to("maskImage"),
                            "exactly one of maskPrompt and maskImage must be given");
  }
  if (described) request.beyond.emplace_back("a maskPrompt");
  if (auto mask = read_image(params, "maskImage")) {
    request.mask = ImageMask{std::move(*mask), area};
  }
}

void read_inpainting(BodyReader& params, const Rules& rules, ImageRequest& request) {
  read_first_image(params, "image", request);
  needs_prompt_length(params, rules, request);
  read_mask(params, ImageMask::Area::kBlack, request);
  if (!rules.canvas && params.boolean("returnMask").value_or(false)) {
    request.beyond.emplace_back("returnMask");
  }
}

void read_outpainting(BodyReader& params, const Rules& rules, ImageRequest& request) {
  params.require("text");
  read_first_image(params, "image", request);
  needs_prompt_length(params, rules, request);
  read_mask(params, ImageMask::Area::kWhite, request);
  const auto mode = read_choice(params, "outPaintingMode", {"DEFAULT", "PRECISE"});
  if (mode == "PRECISE") request.beyond.emplace_back("the outPaintingMode PRECISE");
  if (!rules.canvas && params.boolean("returnMask").value_or(false)) {
    request.beyond.emplace_back("returnMask");
  }
}

void read_variation(BodyReader& params, const Rules& rules, ImageRequest& request) {
  constexpr double kDefaultSimilarity = 0.7;
  params.require("images");
  const std::vector<std::string> images = params.strings("images", kImagesMax);
  if (params.any("images") != nullptr && params.array("images") != nullptr &&
      params.array("images")->empty()) {
    params.violations().add(params.pointer_to("images"),
                            "expected minimum item count: 1, found: 0");
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    auto image = decode_image(images[i], fmt::format("{}/{}", params.pointer_to("images"), i),
                              params.violations());
    if (image) request.images.push_back(std::move(*image));
  }
  needs_prompt_length(params, rules, request);
  const auto similarity = params.number("similarityStrength", 0.2, 1.0);
  request.strength = {1 - similarity.value_or(kDefaultSimilarity), similarity.has_value()};
}

bool is_color(const std::string& text) {
  return text.size() == 7 && text[0] == '#' &&
         std::all_of(text.begin() + 1, text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

void read_color_guided(BodyReader& params, const Rules& rules, ImageRequest& request) {
  params.require("text");
  params.require("colors");
  needs_prompt_length(params, rules, request);
  const std::vector<std::string> colors = params.strings("colors", kColorsMax);
  for (std::size_t i = 0; i < colors.size(); ++i) {
    if (is_color(colors[i])) continue;
    params.violations().add(
        fmt::format("{}/{}", params.pointer_to("colors"), i),
        fmt::format("string [{}] does not match pattern ^#[0-9a-fA-F]{{6}}$", colors[i]));
  }
  read_image(params, "referenceImage");
  request.beyond.emplace_back("a list of colors");
}

void read_background_removal(BodyReader& params, const Rules&, ImageRequest& request) {
  read_first_image(params, "image", request);
  request.beyond.emplace_back("BACKGROUND_REMOVAL");
}

void read_virtual_try_on(BodyReader& params, const Rules&, ImageRequest& request) {
  read_first_image(params, "sourceImage", request);
  read_first_image(params, "referenceImage", request);
  params.require("maskType");
  const auto type = read_choice(params, "maskType", {"IMAGE", "GARMENT", "PROMPT"});
  if (type == "IMAGE") params.require("imageBasedMask");
  if (type == "GARMENT") params.require("garmentBasedMask");
  if (type == "PROMPT") params.require("promptBasedMask");
  for (const char* key :
       {"imageBasedMask", "garmentBasedMask", "promptBasedMask", "maskExclusions"}) {
    params.object(key);
  }
  read_choice(params, "mergeStyle", {"BALANCED", "SEAMLESS", "DETAILED"});
  params.boolean("returnMask");
  request.beyond.emplace_back("VIRTUAL_TRY_ON");
}

struct TaskType {
  std::string_view name;
  std::string_view params;
  void (*read)(BodyReader& params, const Rules& rules, ImageRequest& request);
  bool later = false;  ///< not in Titan's first version
  bool canvas_only = false;
  bool sized = false;      ///< its size is given; else it is the input image's
  bool configured = true;  ///< takes imageGenerationConfig
};

constexpr std::array<TaskType, 7> kTaskTypes{{
    {"TEXT_IMAGE", "textToImageParams", read_text_to_image, false, false, true, true},
    {"INPAINTING", "inPaintingParams", read_inpainting, false, false, false, true},
    {"OUTPAINTING", "outPaintingParams", read_outpainting, false, false, false, true},
    {"IMAGE_VARIATION", "imageVariationParams", read_variation, false, false, true, true},
    {"COLOR_GUIDED_GENERATION", "colorGuidedGenerationParams", read_color_guided, true, false, true,
     true},
    {"BACKGROUND_REMOVAL", "backgroundRemovalParams", read_background_removal, true, false, false,
     false},
    {"VIRTUAL_TRY_ON", "virtualTryOnParams", read_virtual_try_on, true, true, false, true},
}};

const TaskType* read_task_type(BodyReader& reader, const Rules& rules) {
  reader.require("taskType");
  const auto name = reader.string("taskType");
  if (!name) return nullptr;
  for (const TaskType& type : kTaskTypes) {
    if (type.name != *name || (type.later && !rules.later_tasks)) continue;
    if (!type.canvas_only || rules.canvas) return &type;
  }
  reader.violations().add(reader.pointer_to("taskType"),
                          fmt::format("{} is not a valid enum value", *name));
  return nullptr;
}

/// Titan's list; each also the other way round. 1173 x 640 is only in this one.
bool is_titan_size(int width, int height) {
  constexpr std::array<std::array<int, 2>, 13> kSizes{{{1024, 1024},
                                                       {768, 768},
                                                       {512, 512},
                                                       {1152, 768},
                                                       {576, 384},
                                                       {1280, 768},
                                                       {640, 384},
                                                       {1152, 896},
                                                       {576, 448},
                                                       {1408, 768},
                                                       {704, 384},
                                                       {1408, 640},
                                                       {704, 320}}};
  if (height == 640 && (width == 1152 || width == 1173)) return true;
  const std::array<int, 2> size{std::max(width, height), std::min(width, height)};
  return std::find(kSizes.begin(), kSizes.end(), size) != kSizes.end();
}

bool is_canvas_size(int width, int height) {
  constexpr int kSideMin = 320, kSideMax = 4096, kStep = 16, kRatioMax = 4;
  constexpr std::int64_t kPixelsEnd = 4'194'304;
  const int longer = std::max(width, height), shorter = std::min(width, height);
  return shorter >= kSideMin && longer <= kSideMax && width % kStep == 0 && height % kStep == 0 &&
         longer <= kRatioMax * shorter && std::int64_t{width} * height < kPixelsEnd;
}

void read_size(BodyReader& config, bool sized, const Rules& rules, ImageRequest& request) {
  constexpr std::int64_t kAny = 1 << 30;
  // Canvas takes no size beside an image to be edited; Titan does, and answers in the image's.
  if (!sized && rules.canvas) return;
  const auto width = config.integer("width", -kAny, kAny);
  const auto height = config.integer("height", -kAny, kAny);
  if (!sized) return;
  request.width_px = static_cast<int>(width.value_or(kDefaultSidePx));
  request.height_px = static_cast<int>(height.value_or(kDefaultSidePx));
}

void read_config(BodyReader& reader, bool sized, const Rules& rules, ImageRequest& request) {
  const json::object* object = reader.object("imageGenerationConfig");
  const json::object none;
  BodyReader config(object != nullptr ? *object : none, "#/imageGenerationConfig",
                    reader.violations());
  const auto quality = read_choice(config, "quality", {"standard", "premium"});
  request.high_quality = quality == "premium";
  request.count = static_cast<int>(config.integer("numberOfImages", 1, kImagesMax).value_or(1));
  request.cfg_scale = config.number("cfgScale", 1.1, 10.0);
  const auto seed = config.integer("seed", 0, kSeedMax);
  request.seed = {seed.value_or(rules.default_seed), seed.has_value()};
  read_size(config, sized, rules, request);
  config.refuse_extraneous();
}

void check_size(const ImageRequest& request, const Rules& rules) {
  const int width = request.width_px, height = request.height_px;
  if (rules.canvas ? is_canvas_size(width, height) : is_titan_size(width, height)) return;
  throw unsupported_size(
      request, rules.canvas
                   ? "Each side must be 320 to 4096 pixels and divisible by 16, the aspect ratio "
                     "between 1:4 and 4:1, and the image smaller than 4194304 pixels."
                   : "Use one of the sizes in the model's documentation, such as 1024 x 1024.");
}

InputImageLimits limits_of(const Rules& rules) {
  if (!rules.canvas) return {.side_max_px = 1408};
  return {.side_min_px = 320, .side_max_px = 4096, .pixels_max = 4'194'303, .ratio_max = 4};
}

void complete_amazon(ImageRequest& request, const Rules& rules) {
  check_prompts(request, rules.text_max);
  check_image_count(request, kImagesMax);
  request.input_limits = limits_of(rules);
  if (keeps_size(request)) return;
  if (request.width_px == 0) request.width_px = request.height_px = kDefaultSidePx;
  check_size(request, rules);
}

ImageRequest parse_amazon(const json::object& body, const Rules& rules) {
  BodyViolations violations;
  BodyReader reader(body, "#", violations);
  ImageRequest request;
  const TaskType* type = read_task_type(reader, rules);
  if (type == nullptr) violations.throw_if_any();
  reader.require(type->params);
  if (const json::object* object = reader.object(type->params)) {
    BodyReader params(*object, reader.pointer_to(type->params), violations);
    type->read(params, rules, request);
    params.refuse_extraneous();
  }
  if (type->configured) read_config(reader, type->sized, rules, request);
  reader.refuse_extraneous();
  violations.throw_if_any();
  if (type->sized) check_size(request, rules);
  return request;
}

constexpr Rules kTitanRules{.text_max = 512, .default_seed = 42};
constexpr Rules kCanvasRules{
    .text_max = 1024, .later_tasks = true, .canvas = true, .default_seed = 12};

class TitanImage final : public ImageFamily {
 public:
  ImageRequest parse(const json::object& body, const CatalogueModel& model) const override {
    Rules rules = kTitanRules;
    rules.later_tasks = model.id.find("generator-v1") == std::string::npos;
    ImageRequest request = parse_amazon(body, rules);
    request.input_limits = limits_of(rules);
    return request;
  }
  void complete(ImageRequest& request) const override { complete_amazon(request, kTitanRules); }
  json::object render(const ImageReply& reply) const override {
    json::object answer;
    answer["images"] = base64_images(reply);
    return answer;
  }
};

class NovaCanvas final : public ImageFamily {
 public:
  ImageRequest parse(const json::object& body, const CatalogueModel&) const override {
    ImageRequest request = parse_amazon(body, kCanvasRules);
    request.input_limits = limits_of(kCanvasRules);
    return request;
  }
  void complete(ImageRequest& request) const override { complete_amazon(request, kCanvasRules); }
  json::object render(const ImageReply& reply) const override {
    return titan_image().render(reply);
  }
};

}  // namespace

const ImageFamily& titan_image() {
  static const TitanImage family;
  return family;
}

const ImageFamily& nova_canvas() {
  static const NovaCanvas family;
  return family;
}

}  // namespace bedplate::inference
