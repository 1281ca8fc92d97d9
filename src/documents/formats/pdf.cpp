// PDF: poppler's programs read it.
#include <charconv>

#include "documents/bounded_text.hpp"
#include "documents/formats/text_formats.hpp"
#include "documents/program.hpp"

namespace bedplate::documents {
namespace {

/// How far from their place PDF's first and last mark are looked for; readers do so (ISO 32000-1,
/// annex H, notes 13 and 18).
constexpr std::size_t kMarkWithinBytes = 1024;
constexpr std::size_t kInfoMaxBytes = 64 * 1024;
constexpr std::string_view kPngStart("\x89PNG\r\n\x1A\n", 8);

[[noreturn]] void refuse(const ProgramEnd& end) {
  if (end.error.find("Incorrect password") != std::string::npos) {
    throw DocumentError(DocumentFault::kEncrypted, "it opens with a password only");
  }
  throw DocumentError(DocumentFault::kUnreadable, "the PDF is damaged");
}

int parse_page_count(std::string_view info) {
  constexpr std::string_view kLabel = "\nPages:";
  const std::size_t at = info.find(kLabel);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = info.substr(at + kLabel.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  int count = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), count);
  return count;
}

/// pdftotext ends each page with an empty line.
std::string with_one_line_end(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  return text.empty() ? std::string() : std::string(text) + '\n';
}

/// The length of the PNG at the start of `bytes`; 0 while its end is missing.
std::size_t png_length(std::string_view bytes) {
  constexpr std::size_t kChunkFrameBytes = 12;  // length, type, checksum
  std::size_t at = kPngStart.size();
  while (bytes.size() >= at + kChunkFrameBytes) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    const bool is_last = bytes.substr(at + 4, 4) == "IEND";
    if (bytes.size() - at - kChunkFrameBytes < length) return 0;
    at += kChunkFrameBytes + length;
    if (is_last) return at;
  }
  return 0;
}

}  // namespace

void check_pdf_file(std::string_view bytes) {
  if (bytes.substr(0, kMarkWithinBytes).find("%PDF-") == std::string_view::npos) {
    throw DocumentError(DocumentFault::kWrongFormat, "the file is no PDF");
  }
  const std::size_t tail = bytes.size() - std::min(bytes.size(), kMarkWithinBytes);
  if (bytes.find("%%EOF", tail) == std::string_view::npos) {
    throw DocumentError(DocumentFault::kUnreadable, "the PDF's end is missing");
  }
}

int pdf_page_count(const std::string& search_path, int pages_max) {
  BoundedText info(kInfoMaxBytes);
  const ProgramEnd end = run_program(search_path, kPdfInfo, {kStandardInputFile},
                                     [&](std::string_view piece) { info.append(piece); });
  if (!end.succeeded) refuse(end);
  const int pages = parse_page_count("\n" + info.take());
  if (pages <= 0) throw DocumentError(DocumentFault::kUnreadable, "the PDF has no pages");
  if (pages > pages_max) {
    DocumentError error(DocumentFault::kTooManyPages, fmt::format("it has {} pages", pages));
    error.limit = pages_max;
    throw error;
  }
  return pages;
}

void pdf_text(const std::string& search_path, int pages, const TextLimits& limits,
              const std::function<void(std::string_view)>& page) {
  BoundedText output(limits.text_max_bytes);
  const ProgramEnd end = run_program(
      search_path, kPdfToText,
      {"-enc", "UTF-8", "-eol", "unix", "-l", std::to_string(pages), kStandardInputFile, "-"},
      [&](std::string_view piece) { output.append(piece); });
  if (!end.succeeded) refuse(end);
  // A form feed ends each page. A font may map a glyph to one; the last page takes what is over.
  std::string_view rest = output.view();
  for (int number = 1; number <= pages; ++number) {
    const std::size_t end_of_page = number < pages ? rest.find('\f') : rest.rfind('\f');
    page(with_one_line_end(rest.substr(0, end_of_page)));
    rest.remove_prefix(end_of_page == std::string_view::npos ? rest.size() : end_of_page + 1);
  }
}

void pdf_page_images(const std::string& search_path, int pages, int long_edge_px,
                     std::size_t images_max_bytes,
                     const std::function<void(std::string_view)>& page) {
  std::string waiting;
  std::size_t seen_bytes = 0;
  int found = 0;
  const ProgramEnd end = run_program(search_path, kPdfToPpm,
                                     {"-png", "-cropbox", "-scale-to", std::to_string(long_edge_px),
                                      "-l", std::to_string(pages), kStandardInputFile},
                                     [&](std::string_view piece) {
                                       seen_bytes += piece.size();
                                       if (seen_bytes > images_max_bytes) {
                                         throw DocumentError(DocumentFault::kTooLarge,
                                                             "the pages' images are too large");
                                       }
                                       waiting += piece;
                                       while (const std::size_t length = png_length(waiting)) {
                                         page(std::string_view(waiting).substr(0, length));
                                         waiting.erase(0, length);
                                         ++found;
                                       }
                                     });
  if (!end.succeeded || found != pages) refuse(end);
}

}  // namespace bedplate::documents
