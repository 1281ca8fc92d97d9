// From a document's bytes to its text: one function a format. They run in a reading child; those
// that need no program can be called anywhere (the fuzz targets do). All throw DocumentError.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace bedplate::documents {

struct TextLimits {
  std::size_t text_max_bytes;
  std::size_t unpacked_max_bytes;  ///< of all that is read of an archive
};

/// Paragraphs, lists, tables ("a | b", one row a line), page headers first, notes and footers last.
/// Macros: kMacros.
std::string docx_text(std::string_view bytes, const TextLimits& limits);

/// Each sheet: its name on a line of its own, then its rows as CSV.
std::string xlsx_text(std::string_view bytes, const TextLimits& limits);

/// What a browser shows, line by line; `text` is valid UTF-8.
std::string html_text(std::string_view text, const TextLimits& limits);

/// Of catdoc's formats, before the program sees them: kWrongFormat, kEncrypted, kMacros.
void check_older_office_file(std::string_view bytes, bool spreadsheet);
std::string doc_text(const std::string& search_path, const TextLimits& limits);
std::string xls_text(const std::string& search_path, const TextLimits& limits);

/// kWrongFormat, kUnreadable when its end is missing.
void check_pdf_file(std::string_view bytes);
/// Asks pdfinfo. kEncrypted, kUnreadable, kTooManyPages.
int pdf_page_count(const std::string& search_path, int pages_max);
/// `page` gets the text of each page.
void pdf_text(const std::string& search_path, int pages, const TextLimits& limits,
              const std::function<void(std::string_view)>& page);
/// `page` gets a PNG of each page.
void pdf_page_images(const std::string& search_path, int pages, int long_edge_px,
                     std::size_t images_max_bytes,
                     const std::function<void(std::string_view)>& page);

}  // namespace bedplate::documents
