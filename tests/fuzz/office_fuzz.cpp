// Office's Open XML files: whatever arrives becomes text in valid UTF-8 within the limits, or is
// refused with a DocumentError.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "documents/document_error.hpp"
#include "documents/formats/text_formats.hpp"
#include "documents/sample_files_for_test.hpp"

namespace {

using namespace bedplate::documents;

constexpr TextLimits kLimits{.text_max_bytes = 256 * 1024, .unpacked_max_bytes = 1024 * 1024};
constexpr char kParagraphs[] =
    "<p><pPr><pStyle val='A'/></pPr><r><t>text</t></r></p>"
    "<p><pPr><numPr><ilvl val='1'/><numId val='1'/></numPr></pPr><r><t>text</t></r></p>";
constexpr char kCells[] = "<row><c t='s'><v>0</v></c><c s='1'><v>45352.5</v></c></row>";

std::string text_of(unsigned choice, const std::string& bytes) {
  switch (choice) {
    case 0:
      return docx_text(bytes, kLimits);
    case 1:
      return xlsx_text(bytes, kLimits);
    case 2:
      return docx_text(docx_of("", {{"word/document.xml", bytes}}), kLimits);
    case 3:
      return docx_text(docx_of(kParagraphs, {{"word/styles.xml", bytes}}), kLimits);
    case 4:
      return docx_text(docx_of(kParagraphs, {{"word/numbering.xml", bytes}}), kLimits);
    case 5:
      return docx_text(docx_of(kParagraphs, {{"word/_rels/document.xml.rels", bytes}}), kLimits);
    case 6:
      return xlsx_text(xlsx_of("", {{"xl/worksheets/sheet1.xml", bytes}}), kLimits);
    case 7:
      return xlsx_text(xlsx_of(kCells, {{"xl/sharedStrings.xml", bytes}}), kLimits);
    case 8:
      return xlsx_text(xlsx_of(kCells, {{"xl/styles.xml", bytes}}), kLimits);
    default:
      return xlsx_text(xlsx_of(kCells, {{"xl/workbook.xml", bytes}}), kLimits);
  }
}

}  // namespace

// The first byte chooses between a whole file and one part of a good one; the rest is that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    const std::string text = text_of((data[0] - '0') % 10u, bytes);
    if (text.size() > kLimits.text_max_bytes || !bedplate::is_valid_utf8(text)) std::abort();
  } catch (const DocumentError& error) {
    if (error.fault == DocumentFault::kReaderFailed) std::abort();
  }
  return 0;
}
