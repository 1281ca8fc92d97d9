// JPEG, by libjpeg-turbo.
#include <setjmp.h>
#include <stdio.h>

// After stdio.h, which they need.
#include <jerror.h>
#include <jpeglib.h>

#include <vector>

#include "documents/images/image_formats.hpp"

namespace bedplate::documents {
namespace {

/// Progressive images may come in any number of scans, each of which costs a pass over all pixels.
constexpr int kScansMax = 200;

/// Reads an image line by line and keeps nothing. libjpeg reports errors by calling on_error(),
/// which jumps: what is alive then needs no destructor, for all of it belongs to this object.
class JpegReading {
 public:
  explicit JpegReading(std::string_view bytes) {
    jpeg_.err = ::jpeg_std_error(&errors_);
    errors_.error_exit = &on_error;
    errors_.emit_message = &on_message;
    jpeg_.client_data = this;
    progress_.progress_monitor = &on_progress;
    if (setjmp(jump_) != 0) throw std::bad_alloc();
    ::jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_;
    ::jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  ~JpegReading() { ::jpeg_destroy_decompress(&jpeg_); }
  JpegReading(const JpegReading&) = delete;
  JpegReading& operator=(const JpegReading&) = delete;

  bool read_header() {
    if (setjmp(jump_) != 0) return false;
    return ::jpeg_read_header(&jpeg_, TRUE) == JPEG_HEADER_OK;
  }
  bool read_lines() {
    if (jpeg_.arith_code) return false;  // which engines cannot decode
    if (setjmp(jump_) != 0) return false;
    ::jpeg_start_decompress(&jpeg_);
    line_.resize(std::size_t{jpeg_.output_width} * std::size_t(jpeg_.output_components));
    JSAMPROW row = line_.data();
    while (jpeg_.output_scanline < jpeg_.output_height) ::jpeg_read_scanlines(&jpeg_, &row, 1);
    ::jpeg_finish_decompress(&jpeg_);
    return !is_cut_;
  }
  /// After read_header(): one shade of grey a pixel, appended to `shades`, whose room is reserved.
  bool read_shades(std::string& shades) {
    if (jpeg_.arith_code) return false;
    if (setjmp(jump_) != 0) return false;
    jpeg_.out_color_space = JCS_GRAYSCALE;
    ::jpeg_start_decompress(&jpeg_);
    line_.resize(jpeg_.output_width);
    JSAMPROW row = line_.data();
    while (jpeg_.output_scanline < jpeg_.output_height) {
      ::jpeg_read_scanlines(&jpeg_, &row, 1);
      shades.append(reinterpret_cast<const char*>(line_.data()), line_.size());
    }
    ::jpeg_finish_decompress(&jpeg_);
    return !is_cut_;
  }
  ImageSize size() const {
    return {static_cast<int>(jpeg_.image_width), static_cast<int>(jpeg_.image_height)};
  }

 private:
  static JpegReading& of(j_common_ptr jpeg) {
    return *static_cast<JpegReading*>(jpeg->client_data);
  }
  static void on_error(j_common_ptr jpeg) { longjmp(of(jpeg).jump_, 1); }
  static void on_message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    const int code = jpeg->err->msg_code;
    // Others, as bytes between two segments, do no harm and are common.
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER) of(jpeg).is_cut_ = true;
  }
  static void on_progress(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kScansMax) on_error(jpeg);
  }

  jpeg_decompress_struct jpeg_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_progress_mgr progress_ = {};
  jmp_buf jump_;
  std::vector<JSAMPLE> line_;
  bool is_cut_ = false;
};

}  // namespace

ImageSize jpeg_size(std::string_view bytes) {
  JpegReading reading(bytes);
  if (!reading.read_header()) refuse_image("the JPEG's header is damaged");
  return reading.size();
}

void check_jpeg(std::string_view bytes) {
  JpegReading reading(bytes);
  if (!reading.read_header() || !reading.read_lines()) refuse_image("the JPEG is damaged");
}

std::string jpeg_pixels(std::string_view bytes) {
  JpegReading reading(bytes);
  if (!reading.read_header()) refuse_image("the JPEG's header is damaged");
  const ImageSize size = reading.size();
  std::string shades;
  shades.reserve(static_cast<std::size_t>(size.width_px) *
                 static_cast<std::size_t>(size.height_px));
  if (!reading.read_shades(shades)) refuse_image("the JPEG is damaged");
  std::string pixels;
  pixels.reserve(shades.size() * 4);
  for (const char shade : shades) {
    pixels.append(3, shade);
    pixels += '\xFF';
  }
  return pixels;
}

}  // namespace bedplate::documents
