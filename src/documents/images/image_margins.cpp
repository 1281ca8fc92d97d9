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
  // Diffusion starts from what is there: the edge's colours lead on better than any one colour.
  return png_of_rows(size, [&](int y, std::string& wide) {
    const int from_y = std::clamp(y - margins.top_px, 0, facts.height_px - 1);
    const std::size_t row_bytes = kPixelBytes * static_cast<std::size_t>(facts.width_px);
    const std::string_view row =
        std::string_view(pixels).substr(row_bytes * static_cast<std::size_t>(from_y), row_bytes);
    wide.clear();
    for (int x = 0; x < margins.left_px; ++x) wide += row.substr(0, kPixelBytes);
    wide += row;
    for (int x = 0; x < margins.right_px; ++x) wide += row.substr(row.size() - kPixelBytes);
  });
}

}  // namespace bedplate::documents
