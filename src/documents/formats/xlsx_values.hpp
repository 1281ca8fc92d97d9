// Cells of a spreadsheet as text.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/xml_reader.hpp"

namespace bedplate::documents {

/// Which of a workbook's cell formats show dates (ECMA-376, part 1, 18.8.30).
class CellFormats {
 public:
  CellFormats() = default;
  explicit CellFormats(XmlReader styles);
  bool is_date(std::size_t cell_format) const;

 private:
  std::vector<bool> is_date_;  ///< by index of cellXfs
};

/// A stored number as a spreadsheet shows it without a format: at most 15 digits.
std::string number_text(const std::string& stored);

/// A day number as "2024-03-01", "2024-03-01 09:30:00" or, below one, "09:30:00". `from_1904`: the
/// workbook counts from that year. What is no date stays as it is.
std::string date_text(const std::string& stored, bool from_1904);

/// "BC12" is column 54; -1 when it is no reference. The first is 0.
int column_of(std::string_view reference);

/// Quoted when it must be (RFC 4180).
std::string csv_field(const std::string& text);

}  // namespace bedplate::documents
