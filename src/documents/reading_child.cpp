#include "documents/reading_child.hpp"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "documents/formats/text_decoder.hpp"
#include "documents/formats/text_formats.hpp"
#include "documents/images/image_formats.hpp"
#include "documents/reading_task.hpp"
#include "documents/sandbox.hpp"

namespace bedplate::documents {
namespace {

std::string read_standard_input() {
  struct stat facts = {};
  std::string bytes;
  if (::fstat(STDIN_FILENO, &facts) == 0 && facts.st_size > 0) {
    bytes.resize(static_cast<std::size_t>(facts.st_size));
  }
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count =
        ::pread(STDIN_FILENO, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    at += static_cast<std::size_t>(count);
  }
  bytes.resize(at);
  return bytes;
}

void write_frame(FrameKind kind, std::string_view payload) {
  const std::string frame = encode_frame(kind, payload);
  std::size_t at = 0;
  while (at < frame.size()) {
    const ssize_t count = ::write(STDOUT_FILENO, frame.data() + at, frame.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(1);  // the server has gone
    at += static_cast<std::size_t>(count);
  }
}

void write_image_page(std::string_view png) {
  write_frame(FrameKind::kPage, png);
}

/// Programs may write anything. A form feed ends a page elsewhere, a NUL ends texts in C.
void write_text_page(std::string_view page) {
  std::string text = repaired_utf8(std::string(page));
  for (char& character : text) {
    if (character == '\f' || character == '\0') character = '\n';
  }
  write_frame(FrameKind::kPage, text);
}

int count_pages(const ReadingTask& task, std::string_view bytes) {
  check_pdf_file(bytes);
  enter_sandbox(SandboxKind::kPrograms);
  const int pages = pdf_page_count(task.search_path, task.pages_max);
  write_frame(FrameKind::kMoreTime, std::to_string(pages * task.page_time_ms));
  return pages;
}

void read_text(const ReadingTask& task, std::string_view bytes) {
  const TextLimits limits{task.text_max_bytes, task.unpacked_max_bytes};
  switch (task.format) {
    case DocumentFormat::kPdf:
      pdf_text(task.search_path, count_pages(task, bytes), limits, write_text_page);
      return;
    case DocumentFormat::kDoc:
    case DocumentFormat::kXls: {
      const bool is_spreadsheet = task.format == DocumentFormat::kXls;
      check_older_office_file(bytes, is_spreadsheet);
      enter_sandbox(SandboxKind::kPrograms);
      write_text_page(is_spreadsheet ? xls_text(task.search_path, limits)
                                     : doc_text(task.search_path, limits));
      return;
    }
    case DocumentFormat::kDocx:
      enter_sandbox(SandboxKind::kLibraries);
      return write_text_page(docx_text(bytes, limits));
    case DocumentFormat::kXlsx:
      enter_sandbox(SandboxKind::kLibraries);
      return write_text_page(xlsx_text(bytes, limits));
    case DocumentFormat::kHtml:
    case DocumentFormat::kCsv:
    case DocumentFormat::kTxt:
    case DocumentFormat::kMd: {
      const bool is_html = task.format == DocumentFormat::kHtml;
      TextDecoder decoder(bytes, is_html);
      enter_sandbox(SandboxKind::kLibraries);
      const std::string text = decoder.decode(bytes, limits.text_max_bytes);
      return write_text_page(is_html ? html_text(text, limits) : text);
    }
  }
}

MaskWish mask_wish(const ReadingTask& task) {
  return {static_cast<MaskArea>(task.mask_area), task.mask_grow_px, task.mask_width_px,
          task.mask_height_px, task.margins};
}

/// How many are worked on: of the image, or of what is made of it when that is more. Each counts
/// once more for every pixel by which a mask grows, and four times when a PNG of it is written.
std::int64_t pixels_of(const ReadingTask& task, const ImageFacts& facts) {
  const auto count = [](ImageSize size) { return std::int64_t{size.width_px} * size.height_px; };
  const ImageSize own{facts.width_px, facts.height_px};
  const ImageSize wide = size_with_margins(own, task.margins, task.image_side_max_px);
  const std::int64_t pixels =
      std::max(count(wide), count({task.mask_width_px, task.mask_height_px}));
  constexpr int kWriting = 4;
  const bool written = task.kind != ReadingKind::kEngineImage;
  return pixels * ((written ? kWriting : 1) + task.mask_grow_px);
}

EngineImage made_of(const ReadingTask& task, std::string_view bytes, const ImageFacts& facts) {
  switch (task.kind) {
    case ReadingKind::kEditMask:
      return {facts, ImageFormat::kPng, edit_mask(bytes, facts, mask_wish(task))};
    case ReadingKind::kImageWithMargins:
      return {facts, ImageFormat::kPng, image_with_margins(bytes, facts, task.margins)};
    default:
      return engine_image(bytes, facts);
  }
}

void read_image(const ReadingTask& task, std::string_view bytes) {
  enter_sandbox(SandboxKind::kLibraries);
  const ImageFacts facts = image_facts(bytes, task.image_side_max_px);
  std::string payload =
      fmt::format("{} {} {}\n", name_of(facts.format), facts.width_px, facts.height_px);
  if (task.kind != ReadingKind::kImageFacts) {
    const std::int64_t megapixels = pixels_of(task, facts) / 1'000'000;
    write_frame(FrameKind::kMoreTime, std::to_string(megapixels * task.megapixel_time_ms));
    const EngineImage image = made_of(task, bytes, facts);
    payload += name_of(image.format);
    payload += '\n';
    payload += image.bytes;
  }
  write_frame(FrameKind::kImage, payload);
}

void read_all(const ReadingTask& task) {
  using std::chrono::ceil;
  const std::chrono::milliseconds deadline(task.deadline_ms);
  limit_resources(task.memory_max_bytes, ceil<std::chrono::seconds>(deadline));
  const std::string bytes = read_standard_input();
  switch (task.kind) {
    case ReadingKind::kText:
      return read_text(task, bytes);
    case ReadingKind::kPageImages:
      return pdf_page_images(task.search_path, count_pages(task, bytes), task.long_edge_px,
                             task.images_max_bytes, write_image_page);
    case ReadingKind::kImageFacts:
    case ReadingKind::kEngineImage:
    case ReadingKind::kEditMask:
    case ReadingKind::kImageWithMargins:
      return read_image(task, bytes);
  }
}

}  // namespace

void reading_child(std::string_view argument) {
  try {
    read_all(from_argument(argument));
    write_frame(FrameKind::kEnd, {});
  } catch (const DocumentError& error) {
    write_frame(FrameKind::kFailure, failure_text(error));
  } catch (const std::bad_alloc&) {
    write_frame(FrameKind::kFailure,
                failure_text({DocumentFault::kTooLarge, "reading it needs more memory"}));
  } catch (const std::exception& problem) {
    write_frame(FrameKind::kFailure, failure_text({DocumentFault::kReaderFailed, problem.what()}));
  }
  // Not exit(): nothing is to be tidied up, and the filter lets no sanitizer look for leaks.
  ::_exit(0);
}

}  // namespace bedplate::documents
