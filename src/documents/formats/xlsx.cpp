// Excel's xlsx: SpreadsheetML (ECMA-376, part 1, chapter 18).
#include <charconv>
#include <map>

#include "documents/bounded_text.hpp"
#include "documents/formats/office_package.hpp"
#include "documents/formats/text_formats.hpp"
#include "documents/formats/xlsx_values.hpp"

namespace bedplate::documents {
namespace {

struct Sheet {
  std::string name;
  std::string part;
};

struct Workbook {
  std::vector<Sheet> sheets;
  std::vector<std::string> shared;  ///< texts that cells name by their index
  CellFormats formats;
  bool from_1904 = false;
};

std::size_t index_of(const std::string& text) {
  std::size_t index = static_cast<std::size_t>(-1);
  std::from_chars(text.data(), text.data() + text.size(), index);
  return index;
}

/// Texts of `si` elements. What is in `rPh` says how to pronounce the rest.
std::vector<std::string> read_shared_texts(XmlReader reader) {
  std::vector<std::string> texts;
  bool in_text = false;
  while (reader.next()) {
    if (reader.starts("si")) {
      texts.emplace_back();
    } else if (reader.starts("rPh")) {
      reader.skip_element();
    } else if (reader.starts("t") || reader.ends("t")) {
      in_text = reader.starts("t");
    } else if (reader.node() == XmlReader::Node::kText && in_text && !texts.empty()) {
      texts.back() += reader.text();
    }
  }
  return texts;
}

Workbook read_workbook(OfficePackage& package) {
  Workbook workbook;
  std::map<std::string, std::string> parts;
  for (const Relationship& part : package.relationships(package.main_part())) {
    if (!package.has(part.target)) continue;
    parts[part.id] = part.target;
    if (part.type == "sharedStrings") {
      workbook.shared = read_shared_texts(package.open(part.target));
    }
    if (part.type == "styles") workbook.formats = CellFormats(package.open(part.target));
  }
  XmlReader reader = package.open(package.main_part());
  if (!reader.next() || !reader.starts("workbook")) {
    throw DocumentError(DocumentFault::kWrongFormat, "the package holds no workbook");
  }
  while (reader.next()) {
    if (reader.starts("workbookPr")) {
      const std::string flag = reader.attribute("date1904");
      workbook.from_1904 = flag == "1" || flag == "true";
    } else if (reader.starts("sheet")) {
      workbook.sheets.push_back({reader.attribute("name"), parts[reader.attribute("id")]});
    }
  }
  return workbook;
}

class SheetText {
 public:
  SheetText(const Workbook& workbook, BoundedText& output) : workbook_(workbook), output_(output) {}

  void read(XmlReader reader) {
    bool in_value = false;
    while (reader.next()) {
      if (reader.node() == XmlReader::Node::kText) {
        if (in_value) value_ += reader.text();
      } else if (reader.starts("f") || reader.starts("rPh") || reader.starts("extLst")) {
        reader.skip_element();
      } else if (reader.starts("row")) {
        fields_ = 0;
      } else if (reader.starts("c")) {
        start_cell(reader);
      } else if (reader.starts("v") || reader.starts("t")) {
        in_value = true;
      } else if (reader.ends("v") || reader.ends("t")) {
        in_value = false;
      } else if (reader.ends("c")) {
        end_cell();
      } else if (reader.ends("row") && fields_ > 0) {
        output_.append("\n");
      }
    }
  }

 private:
  void start_cell(const XmlReader& reader) {
    value_.clear();
    type_ = reader.attribute("t");
    format_ = index_of(reader.attribute("s"));
    const int column = column_of(reader.attribute("r"));
    column_ = column < 0 ? fields_ : column;
  }

  /// Writes the commas up to the cell's column and the cell. One that comes too late in its row
  /// gets the next column.
  void end_cell() {
    const std::string text = csv_field(shown());
    if (text.empty()) return;
    const int column = std::max(column_, fields_);
    for (int commas = fields_ == 0 ? column : column - fields_ + 1; commas > 0; --commas) {
      output_.append(",");
    }
    output_.append(text);
    fields_ = column + 1;
  }

  std::string shown() const {
    if (value_.empty()) return {};
    if (type_ == "s") {
      const std::size_t index = index_of(value_);
      return index < workbook_.shared.size() ? workbook_.shared[index] : std::string();
    }
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    if (type_ == "str" || type_ == "inlineStr" || type_ == "e" || type_ == "d") return value_;
    if (workbook_.formats.is_date(format_)) return date_text(value_, workbook_.from_1904);
    return number_text(value_);
  }

  const Workbook& workbook_;
  BoundedText& output_;
  std::string value_;
  std::string type_;
  std::size_t format_ = 0;
  int column_ = 0;
  int fields_ = 0;  ///< of the row so far
};

}  // namespace

std::string xlsx_text(std::string_view bytes, const TextLimits& limits) {
  OfficePackage package(bytes, limits.unpacked_max_bytes);
  const Workbook workbook = read_workbook(package);
  BoundedText output(limits.text_max_bytes);
  for (const Sheet& sheet : workbook.sheets) {
    if (sheet.part.empty()) continue;
    if (output.size() > 0) output.append("\n");
    output.append(sheet.name);
    output.append("\n");
    SheetText(workbook, output).read(package.open(sheet.part));
  }
  return output.take();
}

}  // namespace bedplate::documents
