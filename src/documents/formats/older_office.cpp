// Word's and Excel's formats of before 2007: catdoc and xls2csv read them.
#include "documents/bounded_text.hpp"
#include "documents/formats/office_package.hpp"
#include "documents/formats/text_formats.hpp"
#include "documents/program.hpp"

namespace bedplate::documents {
namespace {

/// Runs one of catdoc's programs.
void run_catdoc(const std::string& search_path, const ProgramName& program,
                std::vector<std::string> arguments, BoundedText& output) {
  arguments.emplace_back(kStandardInputFile);
  const ProgramEnd end = run_program(search_path, program, arguments,
                                     [&](std::string_view piece) { output.append(piece); });
  // xls2csv exits with 0 even then.
  const bool is_damaged = end.error.find("not OLE file") != std::string::npos;
  if (end.succeeded && !is_damaged) return;
  // Each says it on another stream; both exit with 69.
  const bool is_encrypted = end.error.find("encrypted") != std::string::npos ||
                            output.view().starts_with("[File is encrypted");
  if (is_encrypted) throw DocumentError(DocumentFault::kEncrypted, "opens with a password only");
  throw DocumentError(DocumentFault::kUnreadable, "the file is damaged");
}

}  // namespace

void check_older_office_file(std::string_view bytes, bool spreadsheet) {
  if (!spreadsheet && bytes.starts_with("{\\rtf")) return;  // Word saves those as .doc, too
  if (!is_compound_file(bytes)) {
    throw DocumentError(DocumentFault::kWrongFormat, "it is not of the older Office format");
  }
  if (compound_file_has(bytes, "EncryptedPackage")) {
    throw DocumentError(DocumentFault::kEncrypted, "it opens with a password only");
  }
  const bool is_word = compound_file_has(bytes, "WordDocument");
  const bool is_excel = compound_file_has(bytes, "Workbook") || compound_file_has(bytes, "Book");
  if (!is_word && !is_excel) {
    throw DocumentError(DocumentFault::kUnreadable, "the file's directory is missing");
  }
  if (spreadsheet ? !is_excel : !is_word) {
    throw DocumentError(DocumentFault::kWrongFormat, "it is another kind of Office file");
  }
  if (compound_file_has(bytes, "_VBA_PROJECT")) {
    throw DocumentError(DocumentFault::kMacros, "it carries macros");
  }
}

std::string doc_text(const std::string& search_path, const TextLimits& limits) {
  BoundedText output(limits.text_max_bytes);
  run_catdoc(search_path, kCatDoc, {"-d", "utf-8", "-w"}, output);
  return output.take();
}

std::string xls_text(const std::string& search_path, const TextLimits& limits) {
  BoundedText output(limits.text_max_bytes);
  run_catdoc(search_path, kXlsToCsv, {"-d", "utf-8", "-q", "1", "-b", "\n"}, output);
  return output.take();
}

}  // namespace bedplate::documents
