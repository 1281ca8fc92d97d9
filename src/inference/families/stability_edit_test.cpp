// The bodies of Stability's image services (docs/image-generation.md).
#include <gmock/gmock.h>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/image_family.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

// "QQ==" is one byte: families look at no pixels.

ImageRequest read(std::string_view service, std::string_view body) {
  static const ModelCatalogue catalogue = ModelCatalogue::built_in();
  const CatalogueModel* model =
      catalogue.find("stability.stable-" + std::string(service) + "-v1:0");
  if (model == nullptr) throw std::invalid_argument("no such model");
  return find_image_family(model->family)->parse(parse_body_object(body), *model);
}

std::string refusal(std::string_view service, std::string_view body) {
  try {
    read(service, body);
  } catch (const ApiError& error) {
    return error.what();
  }
  return "accepted";
}

std::string malformed(std::string_view what) {
  return "Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

constexpr const char* kServices[] = {"image-inpaint",
                                     "image-erase-object",
                                     "outpaint",
                                     "image-search-replace",
                                     "image-search-recolor",
                                     "image-remove-background",
                                     "image-control-sketch",
                                     "image-control-structure",
                                     "image-style-guide",
                                     "style-transfer",
                                     "fast-upscale",
                                     "creative-upscale",
                                     "conservative-upscale"};

/// A body with every member that some service needs, and no more than this one's.
std::string least(std::string_view service) {
  const auto is = [&](std::string_view name) { return service == name; };
  json::object body;
  body[is("style-transfer") ? "init_image" : "image"] = "QQ==";
  if (is("style-transfer")) body["style_image"] = "QQ==";
  if (is("outpaint")) body["left"] = 8;
  if (is("image-search-replace")) body["search_prompt"] = "a";
  if (is("image-search-recolor")) body["select_prompt"] = "a";
  const bool wordless = is("style-transfer") || is("outpaint") || is("image-erase-object") ||
                        is("image-remove-background") || is("fast-upscale");
  if (!wordless) body["prompt"] = "b";
  return json::serialize(body);
}

std::string with(std::string_view service, std::string_view key, const json::value& value) {
  json::object body = parse_body_object(least(service));
  body[key] = value;
  return json::serialize(body);
}

TEST(StabilityEdit, EachServiceNeedsWhatItsGuideSays) {
  for (const char* service : kServices) {
    EXPECT_EQ(refusal(service, least(service)), "accepted") << service;
    const json::object body = parse_body_object(least(service));
    for (const auto& member : body) {
      json::object less = body;
      less.erase(member.key());
      const std::string key(member.key());
      EXPECT_EQ(refusal(service, json::serialize(less)),
                key == "left"
                    ? malformed("#: at least one of left, right, up and down must be above 0")
                    : malformed("#: required key [" + key + "] not found"))
          << service;
    }
    EXPECT_EQ(refusal(service, with(service, "steps", 20)),
              malformed("#: extraneous key [steps] is not permitted"))
        << service;
  }
}

TEST(StabilityEdit, SomeServicesLackCommonMembers) {
  const auto extraneous = [](const char* service, const char* key, const json::value& value) {
    const std::string answer = refusal(service, with(service, key, value));
    if (answer == "accepted") return false;
    EXPECT_EQ(answer, malformed("#: extraneous key [" + std::string(key) + "] is not permitted"));
    return true;
  };
  std::vector<std::string> lack_seed, lack_style, lack_negative, lack_mask;
  for (const char* service : kServices) {
    if (extraneous(service, "seed", 1)) lack_seed.emplace_back(service);
    if (extraneous(service, "style_preset", "anime")) lack_style.emplace_back(service);
    if (extraneous(service, "negative_prompt", "fog")) lack_negative.emplace_back(service);
    if (extraneous(service, "grow_mask", 3)) lack_mask.emplace_back(service);
    EXPECT_FALSE(extraneous(service, "output_format", "jpeg"));
  }
  EXPECT_THAT(lack_seed, ElementsAre("image-remove-background", "fast-upscale"));
  EXPECT_THAT(lack_style, ElementsAre("image-erase-object", "image-remove-background",
                                      "style-transfer", "fast-upscale", "conservative-upscale"));
  EXPECT_THAT(lack_negative, ElementsAre("image-erase-object", "outpaint",
                                         "image-remove-background", "fast-upscale"));
  EXPECT_EQ(lack_mask.size(), 9U);
}

TEST(StabilityEdit, NumbersKeepToTheirRanges) {
  const auto answer = [](const char* service, const char* key, const json::value& value) {
    return refusal(service, with(service, key, value));
  };
  EXPECT_EQ(answer("image-inpaint", "seed", 4294967295),
            malformed("#/seed: 4294967295 is not less or equal to 4294967294"));
  EXPECT_EQ(answer("image-inpaint", "grow_mask", 21),
            malformed("#/grow_mask: 21 is not less or equal to 20"));
  EXPECT_EQ(answer("image-search-replace", "grow_mask", -1),
            malformed("#/grow_mask: -1 is not greater or equal to 0"));
  EXPECT_EQ(answer("outpaint", "down", 2001),
            malformed("#/down: 2001 is not less or equal to 2000"));
  EXPECT_EQ(answer("outpaint", "left", 1.5),
            malformed("#/left: expected type: Integer, found: Double"));
  EXPECT_EQ(answer("outpaint", "creativity", 0),
            malformed("#/creativity: 0 is not greater or equal to 0.1"));
  EXPECT_EQ(answer("creative-upscale", "creativity", 0.6),
            malformed("#/creativity: 0.6 is not less or equal to 0.5"));
  EXPECT_EQ(answer("image-control-sketch", "control_strength", 1.1),
            malformed("#/control_strength: 1.1 is not less or equal to 1"));
  EXPECT_EQ(answer("style-transfer", "change_strength", 0),
            malformed("#/change_strength: 0 is not greater or equal to 0.1"));
  EXPECT_EQ(answer("image-style-guide", "aspect_ratio", "1:2"),
            malformed("#/aspect_ratio: 1:2 is not a valid enum value"));
  EXPECT_EQ(answer("image-inpaint", "style_preset", "cubism"),
            malformed("#/style_preset: cubism is not a valid enum value"));
  EXPECT_EQ(answer("fast-upscale", "output_format", "gif"),
            malformed("#/output_format: gif is not a valid enum value"));
}

TEST(StabilityEdit, TextsKeepToTheirLengths) {
  const json::value long_text = json::string(10'001, 'a');
  EXPECT_EQ(refusal("image-inpaint", with("image-inpaint", "prompt", long_text)),
            malformed("#/prompt: expected maxLength: 10000, actual: 10001"));
  EXPECT_EQ(refusal("image-search-replace", with("image-search-replace", "search_prompt", "")),
            malformed("#/search_prompt: expected minLength: 1, actual: 0"));
  // "Minimum 0": an empty prompt is one.
  EXPECT_TRUE(read("image-inpaint", with("image-inpaint", "prompt", "")).prompts.empty());
}

TEST(StabilityEdit, InpaintingTakesAMaskOrTheImagesTransparency) {
  const ImageRequest drawn = read("image-inpaint", with("image-inpaint", "mask", "Qg=="));
  ASSERT_TRUE(drawn.mask);
  EXPECT_EQ(drawn.mask->area, ImageMask::Area::kWhite);
  EXPECT_EQ(drawn.mask->image.bytes, "B");
  EXPECT_EQ(drawn.mask->grow_px, 5);
  EXPECT_TRUE(drawn.mask->resized);
  const ImageRequest own = read("image-erase-object", with("image-erase-object", "grow_mask", 0));
  EXPECT_EQ(own.mask->area, ImageMask::Area::kTransparent);
  EXPECT_EQ(own.mask->image.bytes, "A");
  EXPECT_EQ(own.mask->grow_px, 0);
}

TEST(StabilityEdit, OutpaintingAddsMargins) {
  const ImageRequest request =
      read("outpaint", R"({"image":"QQ==","left":1,"right":2,"up":3,"down":4,"prompt":"sky"})");
  ASSERT_TRUE(request.margins);
  EXPECT_EQ(request.margins->left_px, 1);
  EXPECT_EQ(request.margins->right_px, 2);
  EXPECT_EQ(request.margins->top_px, 3);
  EXPECT_EQ(request.margins->bottom_px, 4);
  EXPECT_EQ(request.mask->area, ImageMask::Area::kMargins);
  EXPECT_EQ(refusal("outpaint", R"({"image":"QQ==","left":0})"),
            malformed("#: at least one of left, right, up and down must be above 0"));
}

TEST(StabilityEdit, WithoutAMaskAnInstructionSaysWhatToDo) {
  const ImageRequest replaced =
      read("image-search-replace", with("image-search-replace", "search_prompt", "sweater"));
  EXPECT_THAT(replaced.instruction, HasSubstr("sweater"));
  EXPECT_FALSE(replaced.mask);
  const ImageRequest cut = read("image-remove-background", least("image-remove-background"));
  EXPECT_TRUE(cut.transparent_background);
  EXPECT_EQ(read("style-transfer", least("style-transfer")).images.size(), 2U);
  const ImageRequest guided =
      read("image-style-guide", with("image-style-guide", "aspect_ratio", "16:9"));
  EXPECT_EQ(guided.width_px, 1344);
}

TEST(StabilityEdit, WhatNoEngineTakesIsNamed) {
  const auto beyond = [](const char* service, const char* key, const json::value& value) {
    return read(service, with(service, key, value)).beyond;
  };
  EXPECT_THAT(beyond("outpaint", "creativity", 0.5), ElementsAre("creativity"));
  EXPECT_THAT(beyond("image-control-structure", "control_strength", 0.7),
              ElementsAre("control_strength"));
  EXPECT_THAT(beyond("image-style-guide", "fidelity", 0.5), ElementsAre("fidelity"));
  EXPECT_THAT(beyond("style-transfer", "style_strength", 1), ElementsAre("style_strength"));
  EXPECT_THAT(beyond("image-search-recolor", "grow_mask", 5), ElementsAre("grow_mask"));
  for (const char* service : {"fast-upscale", "creative-upscale", "conservative-upscale"}) {
    EXPECT_THAT(read(service, least(service)).beyond, ElementsAre("upscaling")) << service;
  }
  EXPECT_THAT(read("image-inpaint", least("image-inpaint")).beyond, ElementsAre());
}

TEST(StabilityEdit, ImagesHaveTheServicesLimits) {
  EXPECT_EQ(read("fast-upscale", least("fast-upscale")).input_limits.side_max_px, 1536);
  EXPECT_EQ(read("creative-upscale", least("creative-upscale")).input_limits.pixels_max, 1048576);
  const InputImageLimits usual = read("outpaint", least("outpaint")).input_limits;
  EXPECT_EQ(usual.side_min_px, 64);
  EXPECT_EQ(usual.pixels_max, 9437184);
  EXPECT_EQ(usual.ratio_max, 2.5);
  EXPECT_TRUE(usual.webp);
}

}  // namespace
}  // namespace bedplate::inference
