// Bodies of /v1/images/generations.
#include "operations/doors/images_request.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"

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

}  // namespace
}  // namespace bedplate::operations
