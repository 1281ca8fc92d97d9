// Facts: OpenAI's API reference, "Create image" (docs/other-apis.md).
#include "operations/doors/images_request.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/api_error.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/embedding_parts.hpp"

namespace bedplate::operations {
namespace {

constexpr std::int64_t kImagesMax = 10;  // OpenAI's own
constexpr std::int64_t kCompressionMax = 100;

ApiError unsupported(std::string_view member, const std::string& text) {
  ApiError error = errors::validation(text);
  error.code = "unsupported_value";
  error.parameter = fmt::format("#/{}", member);
  return error;
}

/// A number of one to five digits; 0 when it is none.
int side_px(std::string_view text) {
  constexpr std::size_t kDigitsMax = 5;
  int side = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && text.size() <= kDigitsMax && side > 0 ? side : 0;
}

void read_size(inference::BodyReader& reader, inference::ImageRequest& wish) {
  const auto size = reader.string("size");
  if (!size || *size == "auto") return;
  const std::size_t cross = std::min(size->find('x'), size->size());
  const std::string_view text = *size;
  wish.width_px = side_px(text.substr(0, cross));
  wish.height_px = side_px(text.substr(std::min(cross + 1, text.size())));
  if (wish.width_px == 0 || wish.height_px == 0) {
    throw unsupported("size", "'size' must be 'auto' or WIDTHxHEIGHT, such as '1024x1024'.");
  }
}

/// OpenAI's names for more or less work on an image. Engines know two degrees of it.
void read_quality(inference::BodyReader& reader, inference::ImageRequest& wish) {
  const auto quality = inference::read_choice(reader, "quality",
                                              {"auto", "standard", "low", "medium", "high", "hd"});
  if (!quality) return;
  if (*quality == "low" || *quality == "medium") {
    throw unsupported("quality", "'quality' can be 'auto', 'standard', 'high' or 'hd' here.");
  }
  wish.high_quality = *quality == "high" || *quality == "hd";
}

void read_looks(inference::BodyReader& reader, inference::ImageRequest& wish) {
  wish.format =
      inference::read_choice(reader, "output_format", {"png", "jpeg", "webp"}).value_or("png");
  const auto background =
      inference::read_choice(reader, "background", {"auto", "opaque", "transparent"});
  if (background == "opaque") {
    throw unsupported("background", "'background' can be 'auto' or 'transparent' here.");
  }
  wish.transparent_background = background == "transparent";
  if (reader.integer("output_compression", 0, kCompressionMax).value_or(kCompressionMax) !=
      kCompressionMax) {
    throw unsupported("output_compression", "'output_compression' must be 100 here.");
  }
  if (inference::read_choice(reader, "style", {"vivid", "natural"})) {
    throw unsupported("style", "Say the style in the prompt; 'style' is not supported here.");
  }
}

void refuse_streams_and_links(inference::BodyReader& reader) {
  const auto form = inference::read_choice(reader, "response_format", {"b64_json", "url"});
  if (form == "url") {
    throw unsupported("response_format",
                      "Images are not stored here; 'response_format' must be 'b64_json'.");
  }
  if (reader.boolean("stream").value_or(false)) {
    throw unsupported("stream", "Images come whole here; 'stream' must be false.");
  }
  if (reader.integer("partial_images", 0, 3).value_or(0) != 0) {
    throw unsupported("partial_images", "Images come whole here; 'partial_images' must be 0.");
  }
  if (inference::read_choice(reader, "moderation", {"auto", "low"}) == "low") {
    throw unsupported("moderation", "'moderation' must be 'auto' here.");
  }
}

}  // namespace

ImagesRequest read_images_request(std::string_view body) {
  const boost::json::object object = inference::parse_body_object(body);
  inference::BodyViolations violations;
  inference::BodyReader reader(object, "#", violations);
  reader.require("model");
  reader.require("prompt");
  ImagesRequest request;
  request.model = reader.string("model").value_or("");
  request.wish.prompts.push_back({reader.filled_string("prompt").value_or(""), 1});
  request.wish.count = static_cast<int>(reader.integer("n", 1, kImagesMax).value_or(1));
  reader.string("user");  // changes no image
  read_size(reader, request.wish);
  read_quality(reader, request.wish);
  read_looks(reader, request.wish);
  refuse_streams_and_links(reader);
  reader.refuse_extraneous();
  violations.throw_if_any();
  return request;
}

}  // namespace bedplate::operations
