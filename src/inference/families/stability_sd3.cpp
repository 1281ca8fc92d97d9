// Stability AI's SD3, SD3.5, Stable Image Core and Ultra. Facts: AWS's guide, pages
// model-parameters-diffusion-3-5-large and -stable-ultra-… (docs/image-generation.md).
#include "base/api_error.hpp"
#include "inference/families/embedding_parts.hpp"
#include "inference/families/image_family.hpp"
#include "inference/families/image_parts.hpp"
#include "inference/families/stability_parts.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr std::int64_t kSeedMax = 4'294'967'295;
constexpr std::size_t kPromptCharactersMax = 10'000;

/// How the models of this family differ.
struct Rules {
  bool takes_image = true;                 ///< Core makes images of text only
  bool ratio_beside_image = false;         ///< Ultra
  std::optional<double> default_strength;  ///< SD3 wants it to be given
};

Rules rules_of(const CatalogueModel& model) {
  Rules rules;
  if (model.id.find("-core-") != std::string::npos) rules.takes_image = false;
  if (model.id.find("-ultra-") != std::string::npos) {
    rules.ratio_beside_image = true;
    rules.default_strength = 0.35;
  }
  return rules;
}

void read_aspect_ratio(BodyReader& reader, bool allowed, ImageRequest& request) {
  const auto name = read_aspect_ratio_name(reader);
  if (!name && !request.images.empty()) return;
  if (name && !allowed) {
    reader.violations().add(reader.pointer_to("aspect_ratio"),
                            "is valid for text-to-image requests only");
  }
  set_aspect_ratio(name.value_or("1:1"), request);
}

/// The guide's example of image-to-image names no mode: the image itself says it.
void read_input_image(BodyReader& reader, const Rules& rules, ImageRequest& request) {
  const auto mode = read_choice(reader, "mode", {"text-to-image", "image-to-image"});
  if (!rules.takes_image) {
    if (mode == "image-to-image") {
      reader.violations().add(reader.pointer_to("mode"),
                              "image-to-image is not a valid enum value");
    }
    return;  // an image is then a member too many
  }
  auto image = read_image(reader, "image");
  const auto strength = reader.number("strength", 0, 1);
  const bool from_image = mode ? *mode == "image-to-image" : reader.any("image") != nullptr;
  if (!from_image) {
    for (const char* key : {"image", "strength"}) {
      if (reader.any(key) == nullptr) continue;
      reader.violations().add(reader.pointer_to(key), "is valid for image-to-image requests only");
    }
    return;
  }
  reader.require("image");
  if (!rules.default_strength) reader.require("strength");
  if (image) request.images.push_back(std::move(*image));
  request.strength = {strength.value_or(rules.default_strength.value_or(0)), strength.has_value()};
}

class StabilitySd3 final : public ImageFamily {
 public:
  ImageRequest parse(const json::object& body, const CatalogueModel& model) const override {
    BodyViolations violations;
    BodyReader reader(body, "#", violations);
    const Rules rules = rules_of(model);
    ImageRequest request;
    reader.require("prompt");
    read_prompt(reader, "prompt", kPromptCharactersMax, 1, request);
    read_negative_prompt(reader, kPromptCharactersMax, request);
    read_stability_seed(reader, kSeedMax, request);
    read_output_format(reader, request);
    read_input_image(reader, rules, request);
    read_aspect_ratio(reader, request.images.empty() || rules.ratio_beside_image, request);
    reader.refuse_extraneous();
    violations.throw_if_any();
    request.input_limits = {.side_min_px = 64, .webp = true};
    return request;
  }

  void complete(ImageRequest& request) const override {
    check_prompts(request, kPromptCharactersMax);
    check_image_count(request, 1);
    if (!request.images.empty()) request.input_limits = {.side_min_px = 64, .webp = true};
    if (keeps_size(request)) return;
    if (request.width_px == 0) set_aspect_ratio("1:1", request);
    if (!is_aspect_ratio_size(request.width_px, request.height_px)) {
      throw unsupported_size(request,
                             "Use one of 1024x1024, 1344x768, 1536x640, 1216x832, 1088x896, "
                             "896x1088, 832x1216, 640x1536, 768x1344.");
    }
  }

  json::object render(const ImageReply& reply) const override {
    json::object answer;
    if (!reply.seeds.empty()) {
      answer["seeds"] = json::array(reply.seeds.begin(), reply.seeds.end());
    }
    json::array reasons;
    for (std::size_t i = 0; i < reply.images.size(); ++i) reasons.emplace_back(nullptr);
    answer["finish_reasons"] = std::move(reasons);
    answer["images"] = base64_images(reply);
    return answer;
  }
};

}  // namespace

const ImageFamily& stability_sd3() {
  static const StabilitySd3 family;
  return family;
}

}  // namespace bedplate::inference
