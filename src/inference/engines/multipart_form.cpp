#include "inference/engines/multipart_form.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace bedplate::inference {

// 128 random bits: no image holds them by chance.
MultipartForm::MultipartForm() : boundary_("bedplate-" + hex_encode(random_bytes(16))) {}

void MultipartForm::add_field(std::string_view name, std::string_view value) {
  body_ +=
      fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", boundary_, name);
  body_ += value;
  body_ += "\r\n";
}

void MultipartForm::add_file(std::string_view name, std::string_view file_name,
                             std::string_view media_type, std::string_view bytes) {
  body_ += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n"
      "Content-Type: {}\r\n\r\n",
      boundary_, name, file_name, media_type);
  body_ += bytes;
  body_ += "\r\n";
}

std::string MultipartForm::content_type() const {
  return "multipart/form-data; boundary=" + boundary_;
}

std::string MultipartForm::take_body() && {
  body_ += fmt::format("--{}--\r\n", boundary_);
  return std::move(body_);
}

}  // namespace bedplate::inference
