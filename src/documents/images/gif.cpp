// GIF, by giflib: the first frame.
#include <gif_lib.h>
#include <string.h>

#include <array>
#include <memory>
#include <optional>

#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"

namespace bedplate::documents {
namespace {

constexpr int kColorsMax = 256;

int read_more(GifFileType* gif, GifByteType* out, int count) {
  auto* left = static_cast<std::string_view*>(gif->UserData);
  const std::size_t taken = std::min(left->size(), static_cast<std::size_t>(count));
  ::memcpy(out, left->data(), taken);
  left->remove_prefix(taken);
  return static_cast<int>(taken);
}

struct CloseGif {
  void operator()(GifFileType* gif) const { ::DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

/// `left` must outlive the result.
Gif open_gif(std::string_view& left) {
  int error = 0;
  Gif gif(::DGifOpen(&left, &read_more, &error));
  if (!gif) refuse_image("the GIF's header is damaged");
  return gif;
}

/// Skips to the first frame's description; returns the index of its transparent color.
std::optional<int> find_first_frame(GifFileType* gif) {
  std::optional<int> transparent;
  while (true) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    if (::DGifGetRecordType(gif, &type) != GIF_OK) refuse_image("the GIF is damaged");
    if (type == TERMINATE_RECORD_TYPE) refuse_image("the GIF has no frame");
    if (type == IMAGE_DESC_RECORD_TYPE) break;
    if (type != EXTENSION_RECORD_TYPE) refuse_image("the GIF is damaged");
    int code = 0;
    GifByteType* block = nullptr;
    int result = ::DGifGetExtension(gif, &code, &block);
    while (result == GIF_OK && block != nullptr) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE &&
          ::DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
        transparent.reset();
        if (control.TransparentColor >= 0) transparent = control.TransparentColor;
      }
      result = ::DGifGetExtensionNext(gif, &block);
    }
    if (result != GIF_OK) refuse_image("the GIF is damaged");
  }
  if (::DGifGetImageDesc(gif) != GIF_OK) refuse_image("the GIF's frame is damaged");
  return transparent;
}

/// The screen, and the frame where it sticks out of it.
ImageSize canvas_of(const GifFileType& gif) {
  const GifImageDesc& frame = gif.Image;
  return {std::max(gif.SWidth, frame.Left + frame.Width),
          std::max(gif.SHeight, frame.Top + frame.Height)};
}

/// Red, green, blue, alpha of each color, always 256: a pixel's index may be any.
std::string palette_of(const GifFileType& gif, std::optional<int> transparent) {
  const ColorMapObject* map = gif.Image.ColorMap != nullptr ? gif.Image.ColorMap : gif.SColorMap;
  if (map == nullptr) refuse_image("the GIF has no colors");
  std::string colors(kColorsMax * 4, '\0');
  for (int i = 0; i < kColorsMax; ++i) {
    char* color = colors.data() + i * 4;
    if (i < map->ColorCount) {
      color[0] = static_cast<char>(map->Colors[i].Red);
      color[1] = static_cast<char>(map->Colors[i].Green);
      color[2] = static_cast<char>(map->Colors[i].Blue);
    }
    color[3] = i == transparent ? '\0' : '\xFF';
  }
  return colors;
}

void read_frame(GifFileType* gif, std::string& pixels, int canvas_width) {
  static constexpr std::array<int, 4> kStarts = {0, 4, 2, 1};
  static constexpr std::array<int, 4> kSteps = {8, 8, 4, 2};
  const GifImageDesc& frame = gif->Image;
  const std::size_t passes = frame.Interlace ? kStarts.size() : 1;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    const int step = frame.Interlace ? kSteps[pass] : 1;
    for (int row = frame.Interlace ? kStarts[pass] : 0; row < frame.Height; row += step) {
      const std::size_t at =
          std::size_t(frame.Top + row) * std::size_t(canvas_width) + std::size_t(frame.Left);
      auto* line = reinterpret_cast<GifPixelType*>(pixels.data() + at);
      if (::DGifGetLine(gif, line, frame.Width) != GIF_OK) refuse_image("the GIF is damaged");
    }
  }
}

}  // namespace

ImageSize gif_size(std::string_view bytes) {
  const Gif gif = open_gif(bytes);
  find_first_frame(gif.get());
  return canvas_of(*gif);
}

std::string gif_to_png(std::string_view bytes) {
  const Gif gif = open_gif(bytes);
  const std::optional<int> transparent = find_first_frame(gif.get());
  const ImageSize canvas = canvas_of(*gif);
  const int around = transparent.value_or(gif->SBackGroundColor);
  std::string pixels(std::size_t(canvas.width_px) * std::size_t(canvas.height_px),
                     static_cast<char>(around));
  const std::string colors = palette_of(*gif, transparent);
  read_frame(gif.get(), pixels, canvas.width_px);
  return png_of_palette(pixels, canvas, colors);
}

}  // namespace bedplate::documents
