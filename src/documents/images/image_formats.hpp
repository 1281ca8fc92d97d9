// Images: what their headers say, and a form that every engine decodes. They run in a reading
// child; the fuzz target calls them anywhere. All throw DocumentError.
#pragma once

#include <string>
#include <string_view>

#include "documents/document_reader.hpp"

namespace bedplate::documents {

/// By the first bytes. kWrongFormat when it is none of the four.
ImageFormat detect_image_format(std::string_view bytes);

/// kUnreadable, kImageTooLarge.
ImageFacts image_facts(std::string_view bytes, int side_max_px);

/// Decodes all of it; see DocumentReader::to_engine_image. `facts` are image_facts().
EngineImage engine_image(std::string_view bytes, const ImageFacts& facts);

struct ImageSize {
  int width_px = 0;
  int height_px = 0;
};

/// The PNG of an EditMask.
std::string edit_mask(std::string_view bytes, const ImageFacts& facts, const MaskWish& wish);

/// kImageTooLarge when a side gets longer than `side_max_px`.
ImageSize size_with_margins(ImageSize size, const ImageMargins& margins, int side_max_px);
/// See DocumentReader::with_margins.
std::string image_with_margins(std::string_view bytes, const ImageFacts& facts,
                               const ImageMargins& margins);

/// Four bytes a pixel: red, green, blue, alpha.
std::string rgba_pixels(std::string_view bytes, ImageFormat format);
std::string png_pixels(std::string_view bytes);
std::string jpeg_pixels(std::string_view bytes);

// One pair a format: the header's width and height, and the rest.
ImageSize png_size(std::string_view bytes);
void check_png(std::string_view bytes);
ImageSize jpeg_size(std::string_view bytes);
void check_jpeg(std::string_view bytes);
ImageSize gif_size(std::string_view bytes);
std::string gif_to_png(std::string_view bytes);
ImageSize webp_size(std::string_view bytes);
std::string webp_to_png(std::string_view bytes);

[[noreturn]] void refuse_image(const char* detail);  ///< kUnreadable

}  // namespace bedplate::documents
