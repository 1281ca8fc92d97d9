#include "documents/images/image_formats.hpp"

namespace bedplate::documents {
namespace {

ImageSize size_of(ImageFormat format, std::string_view bytes) {
  switch (format) {
    case ImageFormat::kPng:
      return png_size(bytes);
    case ImageFormat::kJpeg:
      return jpeg_size(bytes);
    case ImageFormat::kGif:
      return gif_size(bytes);
    case ImageFormat::kWebp:
      return webp_size(bytes);
  }
  refuse_image("unknown format");
}

DocumentError too_large(ImageSize size, int side_max_px) {
  DocumentError error(DocumentFault::kImageTooLarge,
                      fmt::format("it has {} x {} pixels", size.width_px, size.height_px));
  error.limit = side_max_px;
  return error;
}

}  // namespace

void refuse_image(const char* detail) {
  throw DocumentError(DocumentFault::kUnreadable, detail);
}

ImageFormat detect_image_format(std::string_view bytes) {
  if (bytes.starts_with(std::string_view("\x89PNG\r\n\x1A\n", 8))) return ImageFormat::kPng;
  if (bytes.starts_with("\xFF\xD8\xFF")) return ImageFormat::kJpeg;
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return ImageFormat::kGif;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") {
    return ImageFormat::kWebp;
  }
  throw DocumentError(DocumentFault::kWrongFormat, "the bytes are no PNG, JPEG, GIF or WebP");
}

ImageFacts image_facts(std::string_view bytes, int side_max_px) {
  const ImageFormat format = detect_image_format(bytes);
  const ImageSize size = size_of(format, bytes);
  if (size.width_px <= 0 || size.height_px <= 0) refuse_image("the image has no pixels");
  if (size.width_px > side_max_px || size.height_px > side_max_px) {
    throw too_large(size, side_max_px);
  }
  return {format, size.width_px, size.height_px};
}

EngineImage engine_image(std::string_view bytes, const ImageFacts& facts) {
  switch (facts.format) {
    case ImageFormat::kPng:
      check_png(bytes);
      return {facts, ImageFormat::kPng, std::string(bytes)};
    case ImageFormat::kJpeg:
      check_jpeg(bytes);
      return {facts, ImageFormat::kJpeg, std::string(bytes)};
    case ImageFormat::kGif:
      return {facts, ImageFormat::kPng, gif_to_png(bytes)};
    case ImageFormat::kWebp:
      return {facts, ImageFormat::kPng, webp_to_png(bytes)};
  }
  refuse_image("unknown format");
}

std::string rgba_pixels(std::string_view bytes, ImageFormat format) {
  switch (format) {
    case ImageFormat::kPng:
      return png_pixels(bytes);
    case ImageFormat::kJpeg:
      return jpeg_pixels(bytes);
    case ImageFormat::kGif:
      return png_pixels(gif_to_png(bytes));
    case ImageFormat::kWebp:
      return png_pixels(webp_to_png(bytes));
  }
  refuse_image("unknown format");
}

ImageSize size_with_margins(ImageSize size, const ImageMargins& margins, int side_max_px) {
  size.width_px += margins.left_px + margins.right_px;
  size.height_px += margins.top_px + margins.bottom_px;
  if (size.width_px > side_max_px || size.height_px > side_max_px) {
    throw too_large(size, side_max_px);
  }
  return size;
}

}  // namespace bedplate::documents
