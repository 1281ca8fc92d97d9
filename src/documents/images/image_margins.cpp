// Room around an image, for an engine to paint.
#include <algorithm>

#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"

namespace bedplate::documents {

std::string image_with_margins(std::string_view bytes, const ImageFacts& facts,
                               const ImageMargins& margins) {
  constexpr std::size_t kPixelBytes = 4;
  const std::string pixels = rgba_pixels(bytes, facts.format);
  const ImageSize size{facts.width_px + margins.left_px + margins.right_px,
                       facts.height_px + margins.top_px + margins.bottom_px};
  std::string wide;
  wide.reserve(kPixelBytes * static_cast<std::size_t>(size.width_px) *
               static_cast<std::size_t>(size.height_px));
  // Diffusion starts from what is there: the edge's colours lead on better than any one colour.
  for (int y = 0; y < size.height_px; ++y) {
    const int from_y = std::clamp(y - margins.top_px, 0, facts.height_px - 1);
    const std::string_view row = std::string_view(pixels).substr(
        kPixelBytes * static_cast<std::size_t>(facts.width_px) * static_cast<std::size_t>(from_y),
        kPixelBytes * static_cast<std::size_t>(facts.width_px));
    for (int x = 0; x < margins.left_px; ++x) wide += row.substr(0, kPixelBytes);
    wide += row;
    for (int x = 0; x < margins.right_px; ++x) wide += row.substr(row.size() - kPixelBytes);
  }
  return png_of_rgba(wide, size);
}

}  // namespace bedplate::documents
