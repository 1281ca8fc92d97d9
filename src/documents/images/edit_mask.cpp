// Masks in the one form that all image servers understand.
#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"

namespace bedplate::documents {
namespace {

std::string pixels_of(std::string_view bytes, ImageFormat format) {
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

/// How far a pixel may change, from 0 to 255. Luma by ITU-R BT.601.
unsigned openness(const unsigned char* rgba, MaskArea area) {
  if (area == MaskArea::kTransparent) return 255U - rgba[3];
  const unsigned luma = (299U * rgba[0] + 587U * rgba[1] + 114U * rgba[2] + 500U) / 1000U;
  return area == MaskArea::kWhite ? luma : 255U - luma;
}

}  // namespace

std::string edit_mask(std::string_view bytes, const ImageFacts& facts, MaskArea area) {
  std::string pixels = pixels_of(bytes, facts.format);
  for (std::size_t at = 0; at + 4 <= pixels.size(); at += 4) {
    const unsigned open = openness(reinterpret_cast<const unsigned char*>(&pixels[at]), area);
    const char white = static_cast<char>(open);
    pixels[at] = pixels[at + 1] = pixels[at + 2] = white;
    pixels[at + 3] = static_cast<char>(255U - open);
  }
  return png_of_rgba(pixels, {facts.width_px, facts.height_px});
}

}  // namespace bedplate::documents
