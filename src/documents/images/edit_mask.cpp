// Masks in the one form that all image servers understand.
#include <algorithm>
#include <vector>

#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"

namespace bedplate::documents {
namespace {

/// How far each pixel may change, from 0 to 255.
struct Openness {
  ImageSize size;
  std::vector<unsigned char> pixels;

  unsigned char& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width_px) +
                  static_cast<std::size_t>(x)];
  }
};

Openness closed(ImageSize size) {
  return {size, std::vector<unsigned char>(static_cast<std::size_t>(size.width_px) *
                                           static_cast<std::size_t>(size.height_px))};
}

/// Luma by ITU-R BT.601.
unsigned openness(const unsigned char* rgba, MaskArea area) {
  if (area == MaskArea::kTransparent) return 255U - rgba[3];
  const unsigned luma = (299U * rgba[0] + 587U * rgba[1] + 114U * rgba[2] + 500U) / 1000U;
  return area == MaskArea::kWhite ? luma : 255U - luma;
}

Openness of_pixels(std::string_view bytes, const ImageFacts& facts, MaskArea area) {
  const std::string rgba = rgba_pixels(bytes, facts.format);
  Openness open = closed({facts.width_px, facts.height_px});
  for (std::size_t i = 0; i < open.pixels.size() && 4 * i + 4 <= rgba.size(); ++i) {
    open.pixels[i] = static_cast<unsigned char>(
        openness(reinterpret_cast<const unsigned char*>(&rgba[4 * i]), area));
  }
  return open;
}

Openness of_margins(const ImageFacts& facts, const ImageMargins& margins) {
  Openness open = closed({facts.width_px + margins.left_px + margins.right_px,
                          facts.height_px + margins.top_px + margins.bottom_px});
  std::fill(open.pixels.begin(), open.pixels.end(), static_cast<unsigned char>(255));
  for (int y = 0; y < facts.height_px; ++y) {
    std::fill_n(&open.at(margins.left_px, margins.top_px + y), facts.width_px,
                static_cast<unsigned char>(0));
  }
  return open;
}

/// Each pixel from the nearest one: a mask has edges, which are not to blur here.
Openness resized(Openness from, ImageSize size) {
  Openness to = closed(size);
  for (int y = 0; y < size.height_px; ++y) {
    const auto from_y = static_cast<int>(std::int64_t{y} * from.size.height_px / size.height_px);
    for (int x = 0; x < size.width_px; ++x) {
      const auto from_x = static_cast<int>(std::int64_t{x} * from.size.width_px / size.width_px);
      to.at(x, y) = from.at(from_x, from_y);
    }
  }
  return to;
}

/// Replaces each of `line`'s values by what `of` makes of those up to `reach` away.
template <class Of>
void along_line(std::vector<unsigned char>& line, int reach, Of of) {
  const std::vector<unsigned char> before = line;
  const auto length = static_cast<std::ptrdiff_t>(line.size());
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, i - reach);
    const std::ptrdiff_t end = std::min(length, i + reach + 1);
    line[static_cast<std::size_t>(i)] = of(before.data() + begin, before.data() + end);
  }
}

/// The same for all rows, then for all columns.
template <class Of>
void along_both(Openness& open, int reach, Of of) {
  std::vector<unsigned char> line(static_cast<std::size_t>(open.size.width_px));
  for (int y = 0; y < open.size.height_px; ++y) {
    unsigned char* row = &open.at(0, y);
    std::copy_n(row, line.size(), line.begin());
    along_line(line, reach, of);
    std::copy(line.begin(), line.end(), row);
  }
  line.resize(static_cast<std::size_t>(open.size.height_px));
  for (int x = 0; x < open.size.width_px; ++x) {
    for (int y = 0; y < open.size.height_px; ++y) line[static_cast<std::size_t>(y)] = open.at(x, y);
    along_line(line, reach, of);
    for (int y = 0; y < open.size.height_px; ++y) open.at(x, y) = line[static_cast<std::size_t>(y)];
  }
}

/// Wider by `grow_px` in all directions. What is added is blurred; what was open stays so.
void grow(Openness& open, int grow_px) {
  const std::vector<unsigned char> drawn = open.pixels;
  along_both(open, grow_px, [](const unsigned char* begin, const unsigned char* end) {
    return *std::max_element(begin, end);
  });
  along_both(open, (grow_px + 1) / 2, [](const unsigned char* begin, const unsigned char* end) {
    unsigned sum = 0;
    for (const unsigned char* value = begin; value != end; ++value) sum += *value;
    return static_cast<unsigned char>(sum / static_cast<unsigned>(end - begin));
  });
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    open.pixels[i] = std::max(open.pixels[i], drawn[i]);
  }
}

std::string png_of(Openness open) {
  return png_of_rows(open.size, [&open](int y, std::string& rgba) {
    rgba.clear();
    for (int x = 0; x < open.size.width_px; ++x) {
      const unsigned char value = open.at(x, y);
      rgba.append(3, static_cast<char>(value));
      rgba += static_cast<char>(255U - value);
    }
  });
}

}  // namespace

std::string edit_mask(std::string_view bytes, const ImageFacts& facts, const MaskWish& wish) {
  if (wish.area == MaskArea::kMargins) return png_of(of_margins(facts, wish.margins));
  Openness open = of_pixels(bytes, facts, wish.area);
  const bool fits =
      wish.width_px == 0 || (wish.width_px == facts.width_px && wish.height_px == facts.height_px);
  if (!fits) open = resized(std::move(open), {wish.width_px, wish.height_px});
  if (wish.grow_px > 0) grow(open, wish.grow_px);
  return png_of(std::move(open));
}

}  // namespace bedplate::documents
