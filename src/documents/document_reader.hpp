// Text, pages and facts of the documents and images that requests carry.
//
// Each is read by a child process under hard limits (docs/documents.md), so that a bad file costs
// its own request and nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/child_process.hpp"
#include "async/task.hpp"
#include "documents/document_error.hpp"
#include "documents/document_format.hpp"
#include "documents/limits.hpp"

namespace bedplate::documents {

/// A document as text: valid UTF-8 without form feeds and NULs, lines end with "\n".
struct DocumentText {
  std::vector<std::string> pages;  ///< pdf: one of each page, maybe empty; else exactly one
};

struct ReadLimits {
  int pages_max = kClaudePdfPagesMax;  ///< of a PDF
};

struct RenderLimits {
  int pages_max = kClaudePdfPagesMax;
  int long_edge_px = kClaudeLongEdgePx;  ///< of each page's image
};

struct ImageFacts {
  ImageFormat format;
  int width_px;
  int height_px;
};

/// An image that an engine can decode that knows PNG and JPEG only.
struct EngineImage {
  ImageFacts original;
  ImageFormat format;  ///< kPng or kJpeg
  std::string bytes;
};

/// What is added around an image.
struct ImageMargins {
  int left_px = 0;
  int right_px = 0;
  int top_px = 0;
  int bottom_px = 0;
};

/// Which part of an image a mask lays open to change.
enum class MaskArea {
  kBlack,        ///< its black pixels
  kWhite,        ///< its white pixels
  kTransparent,  ///< its transparent pixels
  kMargins,      ///< what is added around it
};

struct MaskWish {
  MaskArea area = MaskArea::kWhite;
  int grow_px = 0;   ///< wider than drawn by so many pixels, with a soft edge
  int width_px = 0;  ///< of the image that it is for; 0: the mask's own size
  int height_px = 0;
  ImageMargins margins = {};  ///< kMargins
};

/// A PNG that says what to change in every way that image servers know: there it is white and
/// transparent, elsewhere black and opaque. Shades between them are kept.
struct EditMask {
  ImageFacts original;
  std::string png;
};

struct DocumentReaderOptions {
  /// The program and subcommand that runs reading_child(); the task is appended to it.
  std::vector<std::string> child_command = {"/proc/self/exe", "read-document-child"};
  std::string search_path = "/usr/bin:/bin";  ///< where pdftotext, catdoc and others are
  std::size_t at_once = 0;                    ///< children; 0: half of the processors, at least 2
  std::size_t waiting_max = 256;              ///< then ServiceUnavailableException
  std::chrono::milliseconds deadline{900};    ///< for what every file needs
  std::chrono::milliseconds page_text_time{50};     ///< more for each page of a PDF
  std::chrono::milliseconds page_image_time{500};   ///< the same when its image is made
  std::chrono::milliseconds megapixel_time{25};     ///< more for each 10^6 pixels of an image
  std::chrono::milliseconds more_time_max{60'000};  ///< of these together
  std::size_t memory_max_bytes = 512u << 20;        ///< address space of each process
  std::size_t text_max_bytes = 8u << 20;            ///< of a document
  std::size_t unpacked_max_bytes = 64u << 20;       ///< of all that is read of an archive
  std::size_t images_max_bytes = 128u << 20;        ///< of all pages' images together
  /// Called from a pool's thread after each child.
  std::function<void(const ChildUsage&)> on_child_end;
};

/// Safe from every I/O thread; none of them blocks, and their loops must outlive it. Cancelling an
/// awaiting task ends its child. Everything throws DocumentError, or ApiError
/// (ServiceUnavailableException) when too many wait.
class DocumentReader {
 public:
  explicit DocumentReader(DocumentReaderOptions options = {});
  ~DocumentReader();  ///< waits for children that still run, at most their deadline
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  Task<DocumentText> read(DocumentFormat format, std::string bytes, ReadLimits limits = {});

  /// A PNG of each page.
  Task<std::vector<std::string>> render_pages(std::string pdf, RenderLimits limits = {});

  /// Reads the header only.
  Task<ImageFacts> inspect_image(std::string bytes);

  /// Decodes it to the end, so that no damaged image reaches an engine. PNG and JPEG stay as they
  /// are; of GIF and WebP the first frame becomes a PNG.
  Task<EngineImage> to_engine_image(std::string bytes);

  /// For kMargins, `bytes` are the image itself.
  Task<EditMask> to_edit_mask(std::string bytes, MaskWish wish);

  /// A PNG with margins in the colours of the image's edge. kImageTooLarge when it would get too
  /// large.
  Task<EngineImage> with_margins(std::string bytes, ImageMargins margins);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The packages with programs that are not installed here: "poppler-utils (pdftotext)".
std::vector<std::string> missing_programs_blocking(const std::string& search_path);

/// Throws DocumentError (kReaderFailed) when this machine cannot run the sandbox.
void check_sandbox_blocking(const DocumentReaderOptions& options);

}  // namespace bedplate::documents
