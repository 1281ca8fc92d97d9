// Documents and images, good and bad, that unit tests make or load.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedplate::documents {

/// A file of tests/documents.
std::string sample_file(const std::string& name);

using Files = std::vector<std::pair<std::string, std::string>>;  ///< name and content
std::string zip_of(const Files& files, const char* password = nullptr);

/// A docx with that content of its body; more files are added.
std::string docx_of(const std::string& body, const Files& more = {});
/// An xlsx of one sheet, "Cargo", with that sheetData; more files are added.
std::string xlsx_of(const std::string& rows, const Files& more = {});

/// One line of text a page, in a font that readers have.
std::string pdf_of(const std::vector<std::string>& pages);

/// One page that draws 10^12 letters: each of its forms draws the next ten times.
std::string pdf_without_end();

/// Deflated zeros behind a header that says this size, one byte a pixel; `rows` of them are there.
std::string png_of_zeros(unsigned width, unsigned height, unsigned rows);
/// Red above blue.
std::string small_jpeg();
std::string small_gif();
std::string small_webp();

}  // namespace bedplate::documents
