// Forms: what clients send, and what is none.
#include "operations/doors/form_data.hpp"

#include <gtest/gtest.h>

#include "base/api_error.hpp"
#include "inference/engines/multipart_form.hpp"

namespace bedplate::operations {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=b";

std::string refusal(std::string_view content_type, std::string_view body) {
  try {
    read_form_data(content_type, body);
  } catch (const ApiError& error) {
    EXPECT_EQ(error.http_status, 400);
    return error.what();
  }
  return "accepted";
}

std::string field(std::string_view name, std::string_view value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" +
         std::string(value) + "\r\n";
}

TEST(FormData, ReadsWhatWeWriteOurselves) {
  inference::MultipartForm form;
  form.add_field("prompt", "a boat\r\n--no boundary");
  form.add_file("image", "i.png", "image/png", std::string("\0\r\n\r\n--", 7));
  form.add_field("empty", "");
  const std::string type = form.content_type();
  const std::string body = std::move(form).take_body();
  const auto parts = read_form_data(type, body);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].name, "prompt");
  EXPECT_FALSE(parts[0].is_file);
  EXPECT_EQ(parts[0].content, "a boat\r\n--no boundary");
  EXPECT_EQ(parts[1].name, "image");
  EXPECT_TRUE(parts[1].is_file);
  EXPECT_EQ(parts[1].content, std::string("\0\r\n\r\n--", 7));
  EXPECT_EQ(parts[2].content, "");
}

TEST(FormData, ReadsEverySpelling) {
  const auto only = [](std::string_view type, std::string_view body) {
    const auto parts = read_form_data(type, body);
    EXPECT_EQ(parts.size(), 1U);
    return parts.at(0);
  };
  const std::string plain = field("n", "1") + "--b--\r\n";
  EXPECT_EQ(only("Multipart/Form-Data;charset=utf-8; Boundary=\"b\"", plain).content, "1");
  EXPECT_EQ(only(kType, "words for mail readers\r\n" + plain).name, "n");
  EXPECT_EQ(only(kType, field("n", "1") + "--b--").content, "1") << "no line's end at the end";
  EXPECT_EQ(only(kType, "--b  \r\ncontent-disposition:form-data;name=n\r\n\r\n1\r\n--b--").name,
            "n");
  EXPECT_EQ(only(kType, field("a%22b", "") + "--b--").name, "a\"b");
  EXPECT_EQ(
      only(kType, "--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n\r\n--b--").name,
      "a\"b");
  const FormPart file = only(kType,
                             "--b\r\nContent-Type: image/png\r\nContent-Disposition: form-data; "
                             "name=\"image[]\"; filename*=UTF-8''x.png\r\n\r\nx\r\n--b--\r\n");
  EXPECT_TRUE(file.is_file);
  EXPECT_EQ(file.name, "image[]");
  EXPECT_TRUE(read_form_data(kType, "--b--").empty());
}

TEST(FormData, RefusesWhatIsNoForm) {
  EXPECT_EQ(refusal("application/json", "{}"),
            "The request's Content-Type must be multipart/form-data.");
  for (const std::string type :
       {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary",
        "multipart/form-data; boundary=\"b", "multipart/form-data; charset=b"}) {
    EXPECT_NE(refusal(type, "--b--"), "accepted") << type;
  }
  EXPECT_NE(refusal("multipart/form-data; boundary=" + std::string(71, 'b'), "--b--"), "accepted");
  const std::string good = field("n", "1");
  for (const std::string& body :
       {std::string(), std::string("--"), std::string("--b"), std::string("--c\r\n--c--"), good,
        good + "--b", good + "--b-", "--bb\r\n" + good.substr(5) + "--b--",
        std::string("--b\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=\"n\"\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: attachment; name=\"n\"\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nno colon\r\n\r\n1\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=\"n\r\n\r\n1\r\n--b--"),
        "--b\r\nContent-Transfer-Encoding: base64\r\n" + good.substr(5) + "--b--",
        field("", "1") + "--b--", field("\xff", "1") + "--b--",
        field(std::string(257, 'n'), "1") + "--b--",
        "--b\r\nX: " + std::string(5'000, 'x') + "\r\n" + good.substr(5) + "--b--"}) {
    EXPECT_NE(refusal(kType, body), "accepted") << body.substr(0, 100);
  }
}

TEST(FormData, BoundsItsParts) {
  std::string body;
  for (std::size_t i = 0; i < kFormPartsMax; ++i) body += field("n", "1");
  EXPECT_EQ(read_form_data(kType, body + "--b--").size(), kFormPartsMax);
  EXPECT_NE(refusal(kType, body + field("n", "1") + "--b--"), "accepted");
}

}  // namespace
}  // namespace bedplate::operations
