// Bodies of /v1/images/generations, and forms of /v1/images/edits.
#include "operations/doors/images_request.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"
#include "inference/engines/multipart_form.hpp"

namespace bedplate::operations {
namespace {

std::string with(std::string_view members) {
  return R"({"model":"m","prompt":"a boat")" + std::string(members) + "}";
}

/// The member that a refusal names.
std::string fault(std::string_view body) {
  try {
    read_images_request(body);
  } catch (const ApiError& error) {
    EXPECT_EQ(error.http_status, 400);
    return error.parameter;
  }
  return "accepted";
}

TEST(ImagesRequest, LeavesToTheModelWhatTheClientLeavesOut) {
  const ImagesRequest request = read_images_request(with(""));
  EXPECT_EQ(request.model, "m");
  ASSERT_EQ(request.wish.prompts.size(), 1U);
  EXPECT_EQ(request.wish.prompts[0].text, "a boat");
  EXPECT_EQ(request.wish.count, 1);
  EXPECT_EQ(request.wish.width_px, 0);
  EXPECT_EQ(request.wish.format, "png");
  EXPECT_FALSE(request.wish.high_quality);
  EXPECT_FALSE(request.wish.transparent_background);
}

TEST(ImagesRequest, ReadsWhatAnImageIsToBeLike) {
  const ImagesRequest request = read_images_request(
      with(R"(,"n":3,"size":"640x384","quality":"hd","output_format":"webp","user":"u",
              "background":"transparent","response_format":"b64_json","stream":false,
              "partial_images":0,"moderation":"auto","output_compression":100)"));
  EXPECT_EQ(request.wish.count, 3);
  EXPECT_EQ(request.wish.width_px, 640);
  EXPECT_EQ(request.wish.height_px, 384);
  EXPECT_EQ(request.wish.format, "webp");
  EXPECT_TRUE(request.wish.high_quality);
  EXPECT_TRUE(request.wish.transparent_background);
  EXPECT_EQ(read_images_request(with(R"(,"size":"auto")")).wish.width_px, 0);
}

TEST(ImagesRequest, NamesTheMemberAtFault) {
  EXPECT_EQ(fault("{}"), "#/model");
  EXPECT_EQ(fault(R"({"model":"m"})"), "#/prompt");
  EXPECT_EQ(fault(R"({"model":"m","prompt":""})"), "#/prompt");
  for (const char* size :
       {"", "x", "1024", "1024x", "x1024", "-1x5", "0x0", "1e3x5", "5x5x5", "100000x1", " 1x1"}) {
    EXPECT_EQ(fault(with(R"(,"size":")" + std::string(size) + "\"")), "#/size") << size;
  }
  EXPECT_EQ(fault(with(R"(,"n":0)")), "#/n");
  EXPECT_EQ(fault(with(R"(,"n":11)")), "#/n");
  EXPECT_EQ(fault(with(R"(,"quality":"low")")), "#/quality");
  EXPECT_EQ(fault(with(R"(,"quality":"best")")), "#/quality");
  EXPECT_EQ(fault(with(R"(,"output_format":"gif")")), "#/output_format");
  EXPECT_EQ(fault(with(R"(,"output_compression":50)")), "#/output_compression");
  EXPECT_EQ(fault(with(R"(,"background":"opaque")")), "#/background");
  EXPECT_EQ(fault(with(R"(,"style":"vivid")")), "#/style");
  EXPECT_EQ(fault(with(R"(,"response_format":"url")")), "#/response_format");
  EXPECT_EQ(fault(with(R"(,"stream":true)")), "#/stream");
  EXPECT_EQ(fault(with(R"(,"partial_images":1)")), "#/partial_images");
  EXPECT_EQ(fault(with(R"(,"moderation":"low")")), "#/moderation");
  EXPECT_EQ(fault(with(R"(,"seed":1)")), "#/seed");
}

class Form {
 public:
  Form& field(std::string_view name, std::string_view value) {
    form_.add_field(name, value);
    return *this;
  }
  Form& file(std::string_view name, std::string_view bytes) {
    form_.add_file(name, "i.png", "image/png", bytes);
    return *this;
  }
  ImagesRequest read() {
    const std::string type = form_.content_type();
    return read_image_edits_request(type, std::move(form_).take_body());
  }
  std::string fault() {
    try {
      read();
    } catch (const ApiError& error) {
      EXPECT_EQ(error.http_status, 400);
      return error.parameter;
    }
    return "accepted";
  }

 private:
  inference::MultipartForm form_;
};

Form edit() {
  Form form;
  form.field("model", "m").field("prompt", "a boat").file("image", "first");
  return form;
}

TEST(ImageEditsRequest, ReadsImagesMaskAndFields) {
  const ImagesRequest request = edit()
                                    .file("mask", "m")
                                    .field("n", "2")
                                    .field("size", "512x512")
                                    .field("stream", "false")
                                    .field("output_compression", "100")
                                    .field("input_fidelity", "low")
                                    .field("user", "u")
                                    .read();
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.wish.count, 2);
  EXPECT_EQ(request.wish.width_px, 512);
  ASSERT_EQ(request.wish.images.size(), 1U);
  EXPECT_EQ(request.wish.images[0].bytes, "first");
  EXPECT_EQ(request.wish.images[0].where, "#/image");
  ASSERT_TRUE(request.wish.mask);
  EXPECT_EQ(request.wish.mask->image.bytes, "m");
  EXPECT_EQ(request.wish.mask->area, inference::ImageMask::Area::kTransparent);
  EXPECT_EQ(edit().file("image[]", "second").read().wish.images.size(), 2U);
  EXPECT_EQ(edit().read().wish.width_px, 0) << "like the image";
}

TEST(ImageEditsRequest, NamesThePartAtFault) {
  EXPECT_EQ(Form().field("model", "m").field("prompt", "a").fault(), "#/image");
  EXPECT_EQ(Form().field("prompt", "a").file("image", "x").fault(), "#/model");
  EXPECT_EQ(Form().field("model", "m").file("image", "x").fault(), "#/prompt");
  EXPECT_EQ(Form().field("image", "text").fault(), "#/image");
  EXPECT_EQ(Form().file("image", "").fault(), "#/image");
  EXPECT_EQ(edit().file("mask", "a").file("mask", "b").fault(), "#/mask");
  EXPECT_EQ(edit().file("prompt", "a").fault(), "#/prompt");
  EXPECT_EQ(edit().field("prompt", "again").fault(), "#/prompt");
  EXPECT_EQ(edit().field("user", "\xff").fault(), "#/user");
  for (const char* bad : {"", "0", "11", "1.5", "two", "99999999999999999999"}) {
    EXPECT_EQ(edit().field("n", bad).fault(), "#/n") << bad;
  }
  EXPECT_EQ(edit().field("stream", "true").fault(), "#/stream");
  EXPECT_EQ(edit().field("stream", "yes").fault(), "#/stream");
  EXPECT_EQ(edit().field("input_fidelity", "high").fault(), "#/input_fidelity");
  EXPECT_EQ(edit().field("seed", "1").fault(), "#/seed");
  Form many = edit();
  for (int i = 0; i < 16; ++i) many.file("image[]", "x");
  EXPECT_EQ(many.fault(), "#/image");
  EXPECT_THROW(read_image_edits_request("application/json", "{}"), ApiError);
}

}  // namespace
}  // namespace bedplate::operations
