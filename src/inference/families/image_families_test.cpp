// The native bodies of models that make images (docs/image-generation.md).
#include <gmock/gmock.h>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/image_family.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

constexpr const char* kTitan1 = "amazon.titan-image-generator-v1";
constexpr const char* kTitan2 = "amazon.titan-image-generator-v2:0";
constexpr const char* kCanvas = "amazon.nova-canvas-v1:0";
constexpr const char* kSdxl = "stability.stable-diffusion-xl-v1";
constexpr const char* kSd3 = "stability.sd3-5-large-v1:0";
constexpr const char* kUltra = "stability.stable-image-ultra-v1:1";
// "QQ==" is one byte: families look at no pixels.

const CatalogueModel& model_of(const char* id) {
  static const ModelCatalogue catalogue = ModelCatalogue::built_in();
  return *catalogue.find(id);
}

ImageRequest read(const char* id, std::string_view body) {
  const CatalogueModel& model = model_of(id);
  return find_image_family(model.family)->parse(parse_body_object(body), model);
}

std::string refusal(const char* id, std::string_view body) {
  try {
    read(id, body);
  } catch (const ApiError& error) {
    return error.type + ": " + error.what();
  }
  return "accepted";
}

std::string malformed(std::string_view what) {
  return "ValidationException: Malformed input request: " + std::string(what) +
         ", please reformat your input and try again.";
}

json::object rendered(const char* id, const ImageReply& reply) {
  return find_image_family(model_of(id).family)->render(reply);
}

TEST(ImageFamilies, AreFoundByTheirKeyOnly) {
  EXPECT_EQ(find_image_family("titan-embed-image"), nullptr);
  EXPECT_NE(find_image_family("nova-canvas"), nullptr);
}

TEST(AmazonImage, LeavesToTheEngineWhatTheClientLeavesOut) {
  const ImageRequest request =
      read(kTitan2, R"({"taskType":"TEXT_IMAGE","textToImageParams":{"text":"a"}})");
  EXPECT_EQ(request.count, 1);
  EXPECT_EQ(request.seed.value, 42);
  EXPECT_FALSE(request.seed.asked_for);
  EXPECT_FALSE(request.cfg_scale);
  EXPECT_EQ(request.width_px, 1024);
  EXPECT_EQ(request.height_px, 1024);
}

TEST(AmazonImage, OutpaintingChangesWhatInpaintingKeeps) {
  const auto area = [](std::string_view task, std::string_view params) {
    const std::string body = R"({"taskType":")" + std::string(task) + R"(",")" +
                             std::string(params) +
                             R"(":{"text":"a","image":"QQ==","maskImage":"QQ=="}})";
    return read(kCanvas, body).mask->area;
  };
  EXPECT_EQ(area("INPAINTING", "inPaintingParams"), ImageMask::Area::kBlack);
  EXPECT_EQ(area("OUTPAINTING", "outPaintingParams"), ImageMask::Area::kWhite);
}

TEST(AmazonImage, AnEditHasTheSizeOfItsImage) {
  const ImageRequest request =
      read(kTitan1, R"({"taskType":"INPAINTING","imageGenerationConfig":{"width":512,"height":512},
                   "inPaintingParams":{"image":"QQ==","maskImage":"QQ=="}})");
  EXPECT_EQ(request.width_px, 0);
  EXPECT_EQ(request.height_px, 0);
  EXPECT_EQ(refusal(kCanvas, R"({"taskType":"INPAINTING","imageGenerationConfig":{"width":512},
                   "inPaintingParams":{"image":"QQ==","maskImage":"QQ=="}})"),
            malformed("#/imageGenerationConfig: extraneous key [width] is not permitted"));
}

TEST(AmazonImage, ControlsNeedTheirImage) {
  EXPECT_EQ(refusal(kTitan2, R"({"taskType":"TEXT_IMAGE",
                   "textToImageParams":{"text":"a","controlStrength":0.5}})"),
            malformed("#/textToImageParams: required key [conditionImage] not found"));
  EXPECT_EQ(refusal(kTitan1, R"({"taskType":"TEXT_IMAGE",
                   "textToImageParams":{"text":"a","conditionImage":"QQ=="}})"),
            malformed("#/textToImageParams: extraneous key [conditionImage] is not permitted"));
}

TEST(AmazonImage, ColorsAreHexadecimal) {
  EXPECT_EQ(refusal(kCanvas, R"({"taskType":"COLOR_GUIDED_GENERATION",
                   "colorGuidedGenerationParams":{"text":"a","colors":["red"]}})"),
            malformed("#/colorGuidedGenerationParams/colors/0: string [red] does not match pattern "
                      "^#[0-9a-fA-F]{6}$"));
}

TEST(AmazonImage, CanvasHasRulesForSizesInsteadOfAList) {
  const auto answer = [](int width, int height) {
    return refusal(kCanvas, R"({"taskType":"TEXT_IMAGE","textToImageParams":{"text":"a"},
                   "imageGenerationConfig":{"width":)" +
                                std::to_string(width) + R"(,"height":)" + std::to_string(height) +
                                "}}");
  };
  EXPECT_EQ(answer(1040, 336), "accepted");
  EXPECT_EQ(answer(4080, 1024), "accepted");
  for (const auto& [width, height] :
       {std::pair(304, 320), std::pair(1025, 1024), std::pair(1616, 400), std::pair(2048, 2048),
        std::pair(4112, 1040), std::pair(-16, 1024)}) {
    EXPECT_THAT(answer(width, height), testing::StartsWith("ValidationException: The requested"))
        << width << " x " << height;
  }
}

TEST(StabilitySdxl, SeedZeroIsARandomOne) {
  const auto seed = [](std::string_view more) {
    return read(kSdxl, R"({"text_prompts":[{"text":"a"}])" + std::string(more) + "}").seed;
  };
  EXPECT_NE(seed("").value, seed("").value);
  EXPECT_FALSE(seed(R"(,"seed":0)").asked_for);
  EXPECT_GT(seed(R"(,"seed":0)").value, 0);
  EXPECT_EQ(seed(R"(,"seed":4294967295)").value, 4294967295);
  EXPECT_TRUE(seed(R"(,"seed":5)").asked_for);
}

TEST(StabilitySdxl, PromptsKeepTheirWeights) {
  const ImageRequest request = read(kSdxl, R"({"text_prompts":[{"text":"a","weight":0.5},
      {"text":"b","weight":-1},{"text":"c","weight":0}]})");
  ASSERT_EQ(request.prompts.size(), 2U);
  EXPECT_EQ(request.prompts[0].weight, 0.5);
  EXPECT_EQ(request.prompts[1].weight, -1);
}

TEST(StabilitySdxl, MasksNeedTheirSource) {
  const std::string begin = R"({"text_prompts":[{"text":"a"}],"init_image":"QQ==")";
  EXPECT_EQ(refusal(kSdxl, begin + R"(,"mask_image":"QQ=="})"),
            malformed("#: required key [mask_source] not found"));
  EXPECT_EQ(refusal(kSdxl, begin + R"(,"mask_source":"MASK_IMAGE_BLACK"})"),
            malformed("#: required key [mask_image] not found"));
  EXPECT_EQ(refusal(kSdxl, R"({"text_prompts":[{"text":"a"}],"width":640})"),
            "ValidationException: The requested image size 640 x 1024 is not supported by this "
            "model. Use one of 1024x1024, 1152x896, 1216x832, 1344x768, 1536x640, 640x1536, "
            "768x1344, 832x1216, 896x1152.");
}

TEST(StabilitySdxl, StrengthIsTheOtherWayRound) {
  const ImageRequest request =
      read(kSdxl, R"({"text_prompts":[{"text":"a"}],"init_image":"QQ==","image_strength":0.25})");
  ASSERT_TRUE(request.strength);
  EXPECT_EQ(request.strength->value, 0.75);
  EXPECT_TRUE(request.strength->asked_for);
}

TEST(StabilitySd3, AspectRatiosAreForTextOnlyButForUltra) {
  const char* body = R"({"prompt":"a","image":"QQ==","strength":0.5,"aspect_ratio":"16:9"})";
  EXPECT_EQ(refusal(kSd3, body),
            malformed("#/aspect_ratio: is valid for text-to-image requests only"));
  EXPECT_EQ(read(kUltra, body).width_px, 1344);
  EXPECT_EQ(read(kSd3, R"({"prompt":"a","image":"QQ==","strength":0.5})").width_px, 0);
}

TEST(StabilitySd3, TextToImageTakesNoImage) {
  EXPECT_EQ(refusal(kSd3, R"({"prompt":"a","mode":"text-to-image","image":"QQ=="})"),
            malformed("#/image: is valid for image-to-image requests only"));
  EXPECT_EQ(refusal(kSd3, R"({"prompt":"a","mode":"image-to-image"})"),
            malformed("2 schema violations found"));
}

TEST(ImageReplies, SayOnlyWhatIsKnown) {
  const ImageReply told{.images = {"A"}, .seeds = {7}};
  const ImageReply untold{.images = {"A"}, .seeds = {}};
  EXPECT_EQ(
      json::serialize(rendered(kSdxl, told)),
      R"({"result":"success","artifacts":[{"seed":7,"base64":"QQ==","finishReason":"SUCCESS"}]})");
  EXPECT_EQ(json::serialize(rendered(kSd3, told)),
            R"({"seeds":[7],"finish_reasons":[null],"images":["QQ=="]})");
  EXPECT_EQ(json::serialize(rendered(kSd3, untold)),
            R"({"finish_reasons":[null],"images":["QQ=="]})");
  EXPECT_EQ(json::serialize(rendered(kTitan1, told)), R"({"images":["QQ=="]})");
}

}  // namespace
}  // namespace bedplate::inference
