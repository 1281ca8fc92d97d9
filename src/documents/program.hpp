// Programs that a reading child executes: PDF and the older Office formats are read by them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::documents {

/// A program and the Debian package that has it.
struct ProgramName {
  std::string_view program;
  std::string_view package;
};
inline constexpr ProgramName kPdfInfo{"pdfinfo", "poppler-utils"};
inline constexpr ProgramName kPdfToText{"pdftotext", "poppler-utils"};
inline constexpr ProgramName kPdfToPpm{"pdftoppm", "poppler-utils"};
inline constexpr ProgramName kCatDoc{"catdoc", "catdoc"};
inline constexpr ProgramName kXlsToCsv{"xls2csv", "catdoc"};

/// The program's path, or nothing: looks into the folders of `search_path` (colons between them).
std::string find_program_blocking(const std::string& search_path, std::string_view program);

struct ProgramEnd {
  bool succeeded = false;  ///< it exited with 0
  std::string error;       ///< the start of what it wrote to standard error
};

/// Where programs find the document: the child's standard input, opened anew by each.
inline constexpr const char* kStandardInputFile = "/proc/self/fd/0";

/// Runs it to its end. `output` gets its standard output in pieces. Throws DocumentError:
/// kProgramMissing, kReaderFailed, and what `output` throws; the program then dies with this
/// process.
ProgramEnd run_program(const std::string& search_path, const ProgramName& name,
                       const std::vector<std::string>& arguments,
                       const std::function<void(std::string_view)>& output);

}  // namespace bedplate::documents
