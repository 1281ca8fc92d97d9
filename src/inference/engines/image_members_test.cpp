// What each dialect is asked for, and what it is not.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "inference/engines/image_call.hpp"
#include "inference/engines/multipart_form.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

ImageRequest simple() {
  ImageRequest request;
  request.prompts = {{"a", 1}};
  request.width_px = 640;
  request.height_px = 384;
  return request;
}

OpenAiServer server(Dialect dialect, std::string model = "") {
  OpenAiServer server;
  server.traits.dialect = dialect;
  server.model = std::move(model);
  return server;
}

std::string members(const ImageRequest& request, const OpenAiServer& target) {
  return json::serialize(image_members(request, target, 1, 9));
}

std::string refusal(const ImageRequest& request, const OpenAiServer& target) {
  try {
    return members(request, target);
  } catch (const EngineError& error) {
    EXPECT_EQ(error.kind, EngineError::Kind::kInvalidRequest);
    return error.what();
  }
}

TEST(ImageMembers, OfStableDiffusionCpp) {
  ImageRequest request = simple();
  request.prompts.push_back({"b \"quoted\"", -1});
  request.strength = {0.5, false};
  const json::object found = image_members(request, server(Dialect::kStableDiffusionCpp), 1, 9);
  EXPECT_EQ(json::serialize(found.at("size")), "\"640x384\"");
  EXPECT_EQ(found.at("output_format"), "png");
  EXPECT_EQ(found.at("prompt").as_string(),
            R"(a<sd_cpp_extra_args>{"seed":9,"negative_prompt":"b \"quoted\"",)"
            R"("strength":5E-1}</sd_cpp_extra_args>)");
}

TEST(ImageMembers, OfVllm) {
  ImageRequest request = simple();
  request.prompts.push_back({"b", -1});
  request.steps = 20;
  request.cfg_scale = 4;
  EXPECT_EQ(json::parse(members(request, server(Dialect::kVllm, "qwen"))),
            json::parse(R"({"n":1,"size":"640x384","model":"qwen","prompt":"a",
                "negative_prompt":"b","num_inference_steps":20,"guidance_scale":4E0,"seed":9,
                "response_format":"b64_json","output_format":"png"})"));
  request.mask.emplace();
  EXPECT_THAT(refusal(request, server(Dialect::kVllm)), testing::HasSubstr("honour a mask."));
}

TEST(ImageMembers, OfAServerThatKnowsOpenAisOnly) {
  EXPECT_EQ(members(simple(), server(Dialect::kGeneric)),
            R"({"n":1,"size":"640x384","prompt":"a","response_format":"b64_json"})");
  ImageRequest request = simple();
  request.high_quality = true;
  EXPECT_THAT(refusal(request, server(Dialect::kGeneric)), testing::HasSubstr("premium"));
  EXPECT_THAT(members(request, server(Dialect::kGeneric, "dall-e-3")),
              testing::HasSubstr(R"("quality":"hd")"));
  request = simple();
  request.prompts.clear();
  EXPECT_THAT(refusal(request, server(Dialect::kGeneric)),
              testing::HasSubstr("a request without a prompt"));
}

TEST(ImageMembers, InstructionsReachModelsThatFollowThem) {
  ImageRequest request = simple();
  request.instruction = "Do it:";
  EXPECT_THAT(members(request, server(Dialect::kGeneric, "gpt-image-1")),
              testing::HasSubstr(R"("prompt":"Do it: a")"));
  EXPECT_THAT(members(request, server(Dialect::kVllm)),
              testing::HasSubstr(R"("prompt":"Do it: a")"));
  for (const auto& other : {server(Dialect::kGeneric), server(Dialect::kGeneric, "dall-e-2"),
                            server(Dialect::kStableDiffusionCpp)}) {
    EXPECT_THAT(refusal(request, other), testing::HasSubstr("follows no instructions"));
  }
  // A mask says it, too.
  request.mask.emplace();
  EXPECT_THAT(members(request, server(Dialect::kGeneric, "dall-e-2")),
              testing::HasSubstr(R"("prompt":"a")"));
  EXPECT_THAT(members(request, server(Dialect::kStableDiffusionCpp)),
              testing::HasSubstr(R"("prompt":"a<sd_cpp)"));
  request.prompts.clear();
  EXPECT_THAT(members(request, server(Dialect::kGeneric, "gpt-image-1")),
              testing::HasSubstr(R"("prompt":"Do it:")"));
}

TEST(ImageMembers, OnlyGptImageMakesTransparentBackgrounds) {
  ImageRequest request = simple();
  request.transparent_background = true;
  EXPECT_THAT(members(request, server(Dialect::kGeneric, "gpt-image-1")),
              testing::HasSubstr(R"("background":"transparent")"));
  for (const auto& other :
       {server(Dialect::kGeneric), server(Dialect::kVllm), server(Dialect::kStableDiffusionCpp)}) {
    EXPECT_THAT(refusal(request, other), testing::HasSubstr("a transparent background."));
  }
  request.format = "jpeg";
  EXPECT_THAT(refusal(request, server(Dialect::kGeneric, "gpt-image-1")),
              testing::HasSubstr("a transparent background in a JPEG"));
}

TEST(ImageMembers, WhatAFamilySetsItselfMayBeLeftOut) {
  ImageRequest request = simple();
  request.seed = {42, false};
  request.strength = {0.3, false};
  EXPECT_THAT(members(request, server(Dialect::kGeneric)), testing::Not(testing::HasSubstr("42")));
  request.strength->asked_for = true;
  EXPECT_THAT(refusal(request, server(Dialect::kGeneric)),
              testing::HasSubstr("how much the input image counts"));
}

TEST(ImageMembers, NoPromptReachesAServersOtherSettings) {
  for (const double weight : {1.0, -1.0, 0.5}) {
    for (const char* mark : {"<sd_cpp_extra_args>", "</sd_cpp_extra_args>"}) {
      ImageRequest request = simple();
      request.prompts.push_back({mark, weight});
      EXPECT_THAT(refusal(request, server(Dialect::kStableDiffusionCpp)),
                  testing::HasSubstr("extra arguments"));
    }
  }
}

TEST(ImageMembers, WhatIsBeyondAnyEngineIsRefusedByName) {
  ImageRequest request = simple();
  request.beyond = {"returnMask"};
  for (const Dialect dialect : {Dialect::kGeneric, Dialect::kVllm, Dialect::kStableDiffusionCpp}) {
    EXPECT_THAT(refusal(request, server(dialect)), testing::HasSubstr("honour returnMask."));
  }
}

TEST(MultipartForm, SeparatesItsParts) {
  MultipartForm form;
  form.add_field("prompt", "a\r\nb");
  form.add_file("image", "image.png", "image/png", std::string_view("\0\r\n--", 5));
  const std::string type = form.content_type();
  const std::string boundary = type.substr(type.find('=') + 1);
  EXPECT_EQ(std::move(form).take_body(),
            "--" + boundary +
                "\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\nb\r\n" + "--" +
                boundary +
                "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image.png\"\r\n"
                "Content-Type: image/png\r\n\r\n" +
                std::string("\0\r\n--", 5) + "\r\n--" + boundary + "--\r\n");
  EXPECT_NE(MultipartForm().content_type(), type);
}

}  // namespace
}  // namespace bedplate::inference
