// Facts: OpenAI's API reference, "Create image" and "Create image edit" (docs/other-apis.md).
#include "operations/doors/images_request.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "inference/families/body_reader.hpp"
#include "inference/families/embedding_parts.hpp"
#include "operations/doors/form_data.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

constexpr std::int64_t kImagesMax = 10;      // OpenAI's own
constexpr std::size_t kInputImagesMax = 16;  // likewise
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

/// What both ways in have in common.
ImagesRequest read_wish(inference::BodyReader& reader) {
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
  return request;
}

/// A form's field as the JSON value that the member would have. What is no number or no truth value
/// stays a text, which the reader refuses.
json::value value_of(std::string_view name, std::string_view text) {
  if (name == "n" || name == "output_compression" || name == "partial_images") {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size()) return number;
  } else if (name == "stream" && (text == "true" || text == "false")) {
    return text == "true";
  }
  return json::value(text);
}

ApiError bad_part(std::string_view name, std::string_view what) {
  ApiError error = errors::validation(fmt::format("'{}' {}.", name, what));
  error.parameter = fmt::format("#/{}", name);
  return error;
}

/// A form with its files taken apart from its fields.
struct EditForm {
  json::object fields;
  std::vector<inference::InputImage> images;
  std::optional<inference::InputImage> mask;
};

void take_file(std::string_view name, const FormPart& part, EditForm& form) {
  if (!part.is_file || part.content.empty()) throw bad_part(name, "must be a file");
  inference::InputImage image{std::string(part.content), fmt::format("#/{}", name)};
  if (name == "image") {
    form.images.push_back(std::move(image));
  } else if (form.mask) {
    throw bad_part(name, "stands in the form twice");
  } else {
    form.mask = std::move(image);
  }
}

EditForm read_edit_form(std::string_view content_type, std::string_view body) {
  EditForm form;
  for (const FormPart& part : read_form_data(content_type, body)) {
    std::string_view name = part.name;
    if (name == "image[]") name = "image";  // OpenAI's name for several
    if (name == "image" || name == "mask") {
      take_file(name, part, form);
      continue;
    }
    if (part.is_file) throw bad_part(name, "must be no file");
    if (!is_valid_utf8(part.content)) throw bad_part(name, "is no text");
    if (form.fields.contains(name)) throw bad_part(name, "stands in the form twice");
    form.fields[name] = value_of(name, part.content);
  }
  if (form.images.empty()) throw bad_part("image", "is missing");
  if (form.images.size() > kInputImagesMax) {
    throw bad_part("image", fmt::format("may hold at most {} images", kInputImagesMax));
  }
  return form;
}

}  // namespace

ImagesRequest read_images_request(std::string_view body) {
  const json::object object = inference::parse_body_object(body);
  inference::BodyViolations violations;
  inference::BodyReader reader(object, "#", violations);
  ImagesRequest request = read_wish(reader);
  reader.refuse_extraneous();
  violations.throw_if_any();
  return request;
}

ImagesRequest read_image_edits_request(std::string_view content_type, std::string_view body) {
  EditForm form = read_edit_form(content_type, body);
  inference::BodyViolations violations;
  inference::BodyReader reader(form.fields, "#", violations);
  ImagesRequest request = read_wish(reader);
  if (inference::read_choice(reader, "input_fidelity", {"high", "low"}) == "high") {
    throw unsupported("input_fidelity", "'input_fidelity' must be 'low' here.");
  }
  reader.refuse_extraneous();
  violations.throw_if_any();
  request.wish.images = std::move(form.images);
  if (form.mask) {
    request.wish.mask =
        inference::ImageMask{std::move(*form.mask), inference::ImageMask::Area::kTransparent};
  }
  return request;
}

}  // namespace bedplate::operations
