// Pixels to PNG.
#pragma once

#include <functional>
#include <string>

#include "documents/images/image_formats.hpp"

namespace bedplate::documents {

/// Four bytes a pixel: red, green, blue, alpha.
std::string png_of_rgba(const std::string& pixels, ImageSize size);

/// The same, row by row: of a large image there is never more than one row beside the PNG. `fill`
/// writes the row `y`.
std::string png_of_rows(ImageSize size, const std::function<void(int y, std::string& rgba)>& fill);

/// One byte a pixel: an index of `colors`, which holds red, green, blue, alpha of at most 256.
std::string png_of_palette(const std::string& pixels, ImageSize size, const std::string& colors);

}  // namespace bedplate::documents
