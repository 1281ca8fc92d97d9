// PNG, by libpng.
#include <png.h>
#include <string.h>

#include <optional>

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

/// Writes an image row by row. As PngReading: nothing that needs a destructor is alive at a
/// longjmp.
class PngWriting {
 public:
  explicit PngWriting(ImageSize size) {
    png_ = ::png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, &on_error, &on_warning);
    info_ = png_ != nullptr ? ::png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) throw std::bad_alloc();
    ::png_set_write_fn(png_, this, &on_write, &on_flush);
    ok_ = write_header(size);
  }
  ~PngWriting() { ::png_destroy_write_struct(&png_, &info_); }
  PngWriting(const PngWriting&) = delete;
  PngWriting& operator=(const PngWriting&) = delete;

  void add(const std::string& row) {
    if (ok_) ok_ = write_row(row);
  }
  /// Nothing when it could not be written.
  std::optional<std::string> finish() {
    if (ok_) ok_ = write_end();
    return ok_ ? std::optional(std::move(bytes_)) : std::nullopt;
  }

 private:
  bool write_header(ImageSize size) {
    constexpr int kBits = 8, kFastCompression = 3;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ::png_set_IHDR(png_, info_, static_cast<png_uint_32>(size.width_px),
                   static_cast<png_uint_32>(size.height_px), kBits, PNG_COLOR_TYPE_RGB_ALPHA,
                   PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    ::png_set_compression_level(png_, kFastCompression);
    ::png_set_filter(png_, 0, PNG_FILTER_SUB);
    ::png_write_info(png_, info_);
    return true;
  }
  bool write_row(const std::string& row) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ::png_write_row(png_, reinterpret_cast<png_const_bytep>(row.data()));
    return true;
  }
  bool write_end() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    ::png_write_end(png_, nullptr);
    return true;
  }
  static void on_error(png_structp png, png_const_charp) { ::png_longjmp(png, 1); }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_flush(png_structp) {}
  static void on_write(png_structp png, png_bytep data, std::size_t count) {
    auto* self = static_cast<PngWriting*>(::png_get_io_ptr(png));
    if (!self->append(data, count)) ::png_error(png, "no memory");
  }
  /// No exception may cross libpng.
  bool append(png_const_bytep data, std::size_t count) {
    try {
      bytes_.append(reinterpret_cast<const char*>(data), count);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  std::string bytes_;
  bool ok_ = false;
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

std::string png_of_rows(ImageSize size, const std::function<void(int y, std::string& rgba)>& fill) {
  PngWriting writing(size);
  std::string row(4 * static_cast<std::size_t>(size.width_px), '\0');
  for (int y = 0; y < size.height_px; ++y) {
    fill(y, row);
    writing.add(row);
  }
  auto bytes = writing.finish();
  if (!bytes) refuse_image("it cannot be written as PNG");
  return std::move(*bytes);
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
