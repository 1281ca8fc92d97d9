// What the server asks of a reading child, and what the child answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "documents/document_error.hpp"
#include "documents/document_format.hpp"
#include "documents/document_reader.hpp"

namespace bedplate::documents {

enum class ReadingKind {
  kText,
  kPageImages,
  kImageFacts,
  kEngineImage,
  kEditMask,
  kImageWithMargins
};

/// The child's only argument. The bytes to read are its standard input, a file in memory.
struct ReadingTask {
  ReadingKind kind = ReadingKind::kText;
  DocumentFormat format = DocumentFormat::kTxt;  ///< kText
  std::string search_path;                       ///< where programs are
  int pages_max = 0;                             ///< of a PDF
  int long_edge_px = 0;                          ///< of a page's image
  int image_side_max_px = 0;
  int mask_area = 0;     ///< kEditMask: a MaskArea
  int mask_grow_px = 0;  ///< and the rest of a MaskWish
  int mask_width_px = 0;
  int mask_height_px = 0;
  ImageMargins margins = {};  ///< kImageWithMargins, kEditMask
  std::int64_t deadline_ms = 0;
  std::int64_t page_time_ms = 0;
  std::int64_t megapixel_time_ms = 0;
  std::size_t memory_max_bytes = 0;
  std::size_t text_max_bytes = 0;
  std::size_t unpacked_max_bytes = 0;
  std::size_t images_max_bytes = 0;
};

std::string to_argument(const ReadingTask& task);
/// Throws std::invalid_argument.
ReadingTask from_argument(std::string_view argument);

/// What a frame of the child's answer holds.
enum class FrameKind : char {
  kMoreTime = 't',  ///< milliseconds, in decimal digits, that this file needs besides
  kPage = 'p',      ///< one page's text, or its PNG
  kImage = 'i',     ///< facts_text(), a line feed, and format and bytes of a new image
  kFailure = 'f',   ///< failure_text()
  kEnd = 'e',       ///< all went well
};

struct Frame {
  FrameKind kind;
  std::string payload;
};

/// One byte for the kind, four for the payload's length, big end first, the payload.
std::string encode_frame(FrameKind kind, std::string_view payload);

/// Cuts frames out of the child's output.
class FrameReader {
 public:
  /// Throws DocumentError (kTooLarge) as soon as the frames hold more than this.
  explicit FrameReader(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void feed(std::string_view bytes);
  std::optional<Frame> next();

 private:
  std::size_t bytes_max_;
  std::size_t seen_bytes_ = 0;
  std::string buffer_;
  std::size_t at_ = 0;
};

/// A DocumentError as the payload of a frame, and back.
std::string failure_text(const DocumentError& error);
DocumentError parse_failure(std::string_view text);

}  // namespace bedplate::documents
