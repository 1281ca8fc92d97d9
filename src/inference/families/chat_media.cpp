#include "inference/families/chat_media.hpp"

#include <fmt/format.h>

#include "base/api_error.hpp"
#include "base/bytes.hpp"

namespace bedplate::inference {
namespace {

constexpr std::string_view kDataScheme = "data:";
constexpr std::string_view kImageHead = "data:image/";
constexpr std::string_view kBase64Mark = ";base64,";

std::optional<std::string> decoded(std::string_view text, const std::string& pointer,
                                   BodyViolations& violations) {
  auto bytes = base64_decode(text);
  if (!bytes || bytes->empty()) {
    violations.add(pointer, bytes ? "expected minLength: 1, actual: 0" : "is not valid base64");
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

void require_images(bool model_reads_images) {
  if (model_reads_images) return;
  throw errors::validation(
      "This model doesn't support the image content block that you provided. Update the content "
      "block and try again.");
}

bool is_image_format(std::string_view format) {
  return format == "png" || format == "jpeg" || format == "gif" || format == "webp";
}

std::optional<std::string> read_base64(BodyReader& reader, std::string_view key) {
  reader.require(key);
  const auto text = reader.string(key);
  if (!text) return std::nullopt;
  return decoded(*text, reader.pointer_to(key), reader.violations());
}

std::optional<ImageBlock> read_data_uri(std::string_view uri, const std::string& pointer,
                                        BodyViolations& violations) {
  if (!uri.starts_with(kDataScheme)) {
    throw errors::validation(
        "Images are taken as data: URIs only. An image behind an address is not fetched: send its "
        "bytes in base64.");
  }
  const std::size_t mark = uri.find(kBase64Mark);
  std::string_view format;
  if (uri.starts_with(kImageHead) && mark != std::string_view::npos) {
    format = uri.substr(kImageHead.size(), mark - kImageHead.size());
  }
  if (format == "jpg") format = "jpeg";
  if (!is_image_format(format)) {
    violations.add(pointer,
                   "string does not match pattern ^data:image/(png|jpeg|gif|webp);base64,");
    return std::nullopt;
  }
  auto bytes = decoded(uri.substr(mark + kBase64Mark.size()), pointer, violations);
  if (!bytes) return std::nullopt;
  return ImageBlock{std::string(format), std::move(*bytes)};
}

}  // namespace bedplate::inference
