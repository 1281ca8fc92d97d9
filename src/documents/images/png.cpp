// PNG, by libpng.
#include <png.h>
#include <string.h>

#include "documents/images/image_formats.hpp"
#include "documents/images/png_writing.hpp"

namespace bedplate::documents {
namespace {

/// Reads an image row by row and keeps nothing. libpng reports errors by longjmp: what is alive
/// then needs no destructor, for all of it belongs to this object.
class PngReading {
 public:
  explicit PngReading(std::string_view bytes) : left_(bytes) {
    png_ = ::png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, &on_error, &on_warning);
    info_ = png_ != nullptr ? ::png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) throw std::bad_alloc();
    ::png_set_read_fn(png_, this, &on_read);
    // Up to any size here: image_facts() says what is too large.
    ::png_set_user_limits(png_, 0x7FFFFFFF, 0x7FFFFFFF);
  }
  ~PngReading() { ::png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReading(const PngReading&) = delete;
  PngReading& operator=(const PngReading&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ::png_read_info(png_, info_);
    return true;
  }
  bool read_rows() {
    row_.resize(::png_get_rowbytes(png_, info_));
    const bool interlaced = ::png_get_interlace_type(png_, info_) == PNG_INTERLACE_ADAM7;
    const int passes = interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    for (int pass = 0; pass < passes; ++pass) {
      const png_uint_32 height = ::png_get_image_height(png_, info_);
      const png_uint_32 width = ::png_get_image_width(png_, info_);
      if (interlaced && PNG_PASS_COLS(width, pass) == 0) continue;
      const png_uint_32 rows = interlaced ? PNG_PASS_ROWS(height, pass) : height;
      for (png_uint_32 row = 0; row < rows; ++row) ::png_read_row(png_, row_.data(), nullptr);
    }
    ::png_read_end(png_, nullptr);
    return true;
  }
  ImageSize size() const {
    return {static_cast<int>(::png_get_image_width(png_, info_)),
            static_cast<int>(::png_get_image_height(png_, info_))};
  }

 private:
  static void on_error(png_structp png, png_const_charp) { ::png_longjmp(png, 1); }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto* self = static_cast<PngReading*>(::png_get_io_ptr(png));
    if (count > self->left_.size()) ::png_error(png, "the end is missing");
    ::memcpy(out, self->left_.data(), count);
    self->left_.remove_prefix(count);
  }

  std::string_view left_;
  std::vector<png_byte> row_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

std::string write_png(png_image& image, const void* pixels, int row_bytes, const void* colors) {
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  image.flags = PNG_IMAGE_FLAG_FAST;
  if (::png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, row_bytes, colors) == 0) {
    refuse_image("it cannot be written as PNG");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

ImageSize png_size(std::string_view bytes) {
  PngReading reading(bytes);
  if (!reading.read_header()) refuse_image("the PNG's header is damaged");
  return reading.size();
}

void check_png(std::string_view bytes) {
  PngReading reading(bytes);
  if (!reading.read_header() || !reading.read_rows()) refuse_image("the PNG is damaged");
}

std::string png_pixels(std::string_view bytes) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  if (::png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    refuse_image("the PNG's header is damaged");
  }
  image.format = PNG_FORMAT_RGBA;
  std::string pixels;
  try {
    pixels.resize(PNG_IMAGE_SIZE(image));
  } catch (...) {
    ::png_image_free(&image);
    throw;
  }
  if (::png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) {
    refuse_image("the PNG is damaged");
  }
  return pixels;
}

std::string png_of_rgba(const std::string& pixels, ImageSize size) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(size.width_px);
  image.height = static_cast<png_uint_32>(size.height_px);
  image.format = PNG_FORMAT_RGBA;
  return write_png(image, pixels.data(), size.width_px * 4, nullptr);
}

std::string png_of_palette(const std::string& pixels, ImageSize size, const std::string& colors) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(size.width_px);
  image.height = static_cast<png_uint_32>(size.height_px);
  image.format = PNG_FORMAT_RGBA_COLORMAP;
  image.colormap_entries = static_cast<png_uint_32>(colors.size() / 4);
  return write_png(image, pixels.data(), size.width_px, colors.data());
}

}  // namespace bedplate::documents
