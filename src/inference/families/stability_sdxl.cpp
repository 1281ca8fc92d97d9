// Stability AI's SDXL. Facts: AWS's guide, pages model-parameters-diffusion-1-0-text-image,
// -image-image and -image-image-mask (docs/image-generation.md).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/families/image_family.hpp"
#include "inference/families/image_parts.hpp"
#include "inference/families/stability_parts.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kSeedMax = 4'294'967'295;
constexpr std::size_t kPromptCharactersMax = 2'000;
constexpr double kWeightMax = 1'000;
constexpr int kDefaultSidePx = 1024;

void read_prompts(BodyReader& reader, ImageRequest& request) {
  reader.require("text_prompts");
  const auto prompts = reader.objects("text_prompts");
  const json::array* list = reader.array("text_prompts");
  if (list != nullptr && list->empty()) {
    reader.violations().add(reader.pointer_to("text_prompts"),
                            "expected minimum item count: 1, found: 0");
  }
  for (const auto& [object, where] : prompts) {
    BodyReader prompt(*object, where, reader.violations());
    prompt.require("text");
    const double weight = prompt.number("weight", -kWeightMax, kWeightMax).value_or(1);
    read_prompt(prompt, "text", kPromptCharactersMax, weight, request);
    prompt.refuse_extraneous();
  }
  std::erase_if(request.prompts, [](const WeightedPrompt& prompt) { return prompt.weight == 0; });
}

/// stable-diffusion.cpp's names; nothing for those that it has not.
void read_sampler(BodyReader& reader, ImageRequest& request) {
  const auto sampler =
      read_choice(reader, "sampler",
                  {"DDIM", "DDPM", "K_DPMPP_2M", "K_DPMPP_2S_ANCESTRAL", "K_DPM_2",
                   "K_DPM_2_ANCESTRAL", "K_EULER", "K_EULER_ANCESTRAL", "K_HEUN", "K_LMS"});
  if (!sampler) return;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKnown{
      {{"DDIM", "ddim_trailing"},
       {"K_DPMPP_2M", "dpm++2m"},
       {"K_DPMPP_2S_ANCESTRAL", "dpm++2s_a"},
       {"K_DPM_2", "dpm2"},
       {"K_EULER", "euler"},
       {"K_EULER_ANCESTRAL", "euler_a"},
       {"K_HEUN", "heun"}}};
  for (const auto& [name, ours] : kKnown) {
    if (name == *sampler) request.sampler = ours;
  }
  if (request.sampler.empty()) request.beyond.push_back("the sampler " + *sampler);
}

void read_sampling(BodyReader& reader, ImageRequest& request) {
  request.cfg_scale = reader.number("cfg_scale", 0, 35);
  const auto guidance =
      read_choice(reader, "clip_guidance_preset",
                  {"FAST_BLUE", "FAST_GREEN", "NONE", "SIMPLE", "SLOW", "SLOWER", "SLOWEST"});
  if (guidance && *guidance != "NONE") request.beyond.emplace_back("a clip_guidance_preset");
  read_sampler(reader, request);
  reader.integer("samples", 1, 1);
  read_stability_seed(reader, kSeedMax, request);
  if (const auto steps = reader.integer("steps", 10, 50)) {
    request.steps = static_cast<int>(*steps);
  }
  read_style_preset(reader, request);
  const json::object* extras = reader.object("extras");
  if (extras != nullptr && !extras->empty()) request.beyond.emplace_back("extras");
}

void read_mask(BodyReader& reader, ImageRequest& request) {
  const auto source = read_choice(reader, "mask_source",
                                  {"MASK_IMAGE_WHITE", "MASK_IMAGE_BLACK", "INIT_IMAGE_ALPHA"});
  auto mask = read_image(reader, "mask_image");
  if (source == "INIT_IMAGE_ALPHA" && !request.images.empty()) {
    request.mask = ImageMask{request.images.front(), ImageMask::Area::kTransparent};
  } else if (source && *source != "INIT_IMAGE_ALPHA") {
    reader.require("mask_image");
    const bool white = *source == "MASK_IMAGE_WHITE";
    if (mask) {
      request.mask =
          ImageMask{std::move(*mask), white ? ImageMask::Area::kWhite : ImageMask::Area::kBlack};
    }
  } else if (reader.any("mask_image") != nullptr) {
    reader.require("mask_source");
  }
}

void read_init_image(BodyReader& reader, ImageRequest& request) {
  constexpr double kDefaultImageStrength = 0.35;
  auto image = read_image(reader, "init_image");
  if (image) request.images.push_back(std::move(*image));
  const auto mode = read_choice(reader, "init_image_mode", {"IMAGE_STRENGTH", "STEP_SCHEDULE"});
  if (mode == "STEP_SCHEDULE") request.beyond.emplace_back("the init_image_mode STEP_SCHEDULE");
  for (const char* key : {"step_schedule_start", "step_schedule_end"}) {
    if (reader.number(key, 0, 1)) request.beyond.emplace_back(key);
  }
  const auto strength = reader.number("image_strength", 0, 1);
  read_mask(reader, request);
  const bool edits = strength || mode || request.mask;
  if (edits && reader.any("init_image") == nullptr) reader.require("init_image");
  if (request.images.empty()) return;
  // With a mask, the engine's own: the guide knows no image_strength there.
  if (strength || !request.mask) {
    request.strength = {1 - strength.value_or(kDefaultImageStrength), strength.has_value()};
  }
}

bool is_size(int width, int height) {
  constexpr std::array<std::array<int, 2>, 5> kSizes{
      {{1024, 1024}, {1152, 896}, {1216, 832}, {1344, 768}, {1536, 640}}};
  const std::array<int, 2> size{std::max(width, height), std::min(width, height)};
  return std::find(kSizes.begin(), kSizes.end(), size) != kSizes.end();
}

void read_size(BodyReader& reader, ImageRequest& request) {
  constexpr std::int64_t kAny = 1 << 30;
  const auto width = reader.integer("width", -kAny, kAny);
  const auto height = reader.integer("height", -kAny, kAny);
  if (!width && !height && !request.images.empty()) return;
  request.width_px = static_cast<int>(width.value_or(kDefaultSidePx));
  request.height_px = static_cast<int>(height.value_or(kDefaultSidePx));
}

void check_size(const ImageRequest& request) {
  if (request.width_px == 0 && request.height_px == 0 && !request.images.empty()) return;
  if (is_size(request.width_px, request.height_px)) return;
  throw unsupported_size(request,
                         "Use one of 1024x1024, 1152x896, 1216x832, 1344x768, 1536x640, 640x1536, "
                         "768x1344, 832x1216, 896x1152.");
}

class StabilitySdxl final : public ImageFamily {
 public:
  ImageRequest parse(const json::object& body, const CatalogueModel&) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    ImageRequest request;
    read_prompts(reader, request);
    read_sampling(reader, request);
    read_init_image(reader, request);
    read_size(reader, request);
    reader.refuse_extraneous();
    violations.throw_if_any();
    check_size(request);
    return request;
  }

  void complete(ImageRequest& request) const override {
    check_prompts(request, kPromptCharactersMax);
    check_image_count(request, 1);
    if (keeps_size(request)) return;
    if (request.width_px == 0) request.width_px = request.height_px = kDefaultSidePx;
    check_size(request);
  }

  json::object render(const ImageReply& reply) const override {
    json::array artifacts;
    for (std::size_t i = 0; i < reply.images.size(); ++i) {
      json::object artifact;
      if (i < reply.seeds.size()) artifact["seed"] = reply.seeds[i];
      artifact["base64"] = base64_encode(reply.images[i]);
      artifact["finishReason"] = "SUCCESS";
      artifacts.push_back(std::move(artifact));
    }
    json::object answer{{"result", "success"}};
    answer["artifacts"] = std::move(artifacts);
    return answer;
  }

  bool sends_bare_image() const override { return true; }
};

}  // namespace

const ImageFamily& stability_sdxl() {
  static const StabilitySdxl family;
  return family;
}

}  // namespace bedplate::inference
