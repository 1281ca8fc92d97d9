#include "inference/families/image_parts.hpp"

#include <fmt/format.h>

#include <cstring>

#include "base/bytes.hpp"
#include "inference/families/embedding_parts.hpp"

namespace bedplate::inference {
namespace json = boost::json;

std::optional<InputImage> decode_image(const std::string& text, std::string where,
                                       BodyViolations& violations) {
  auto bytes = base64_decode(text);
  if (!bytes || bytes->empty()) {
    violations.add(std::move(where), "expected an image in base64");
    return std::nullopt;
  }
  return InputImage{std::move(*bytes), std::move(where)};
}

std::optional<InputImage> read_image(BodyReader& reader, std::string_view key) {
  const auto text = reader.string(key);
  if (!text) return std::nullopt;
  return decode_image(*text, reader.pointer_to(key), reader.violations());
}

void read_prompt(BodyReader& reader, std::string_view key, std::size_t characters_max,
                 double weight, ImageRequest& request) {
  auto text = reader.string(key);
  if (!text) return;
  check_length(*text, reader.pointer_to(key), characters_max, reader.violations());
  request.prompts.push_back({std::move(*text), weight});
}

void check_prompts(const ImageRequest& request, std::size_t characters_max) {
  BodyViolations violations;
  for (const WeightedPrompt& prompt : request.prompts) {
    check_length(prompt.text, "#/prompt", characters_max, violations);
  }
  violations.throw_if_any();
}

void check_image_count(const ImageRequest& request, std::size_t images_max) {
  if (request.images.size() <= images_max) return;
  ApiError error = errors::validation(fmt::format("The model takes at most {} {}.", images_max,
                                                  images_max == 1 ? "image" : "images"));
  error.parameter = "#/image";
  throw error;
}

ApiError unsupported_size(const ImageRequest& request, std::string_view advice) {
  ApiError error = errors::validation(
      fmt::format("The requested image size {} x {} is not supported by this model. {}",
                  request.width_px, request.height_px, advice));
  error.parameter = "#/size";
  return error;
}

std::int64_t random_seed(std::int64_t max) {
  const std::string bytes = random_bytes(sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return 1 + static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(max));
}

json::array base64_images(const ImageReply& reply) {
  json::array images;
  for (const std::string& image : reply.images) images.emplace_back(base64_encode(image));
  return images;
}

}  // namespace bedplate::inference
