// Word's docx: WordprocessingML (ECMA-376, part 1, chapter 17).
#include <array>
#include <vector>

#include "documents/bounded_text.hpp"
#include "documents/formats/docx_lists.hpp"
#include "documents/formats/office_package.hpp"
#include "documents/formats/text_formats.hpp"

namespace bedplate::documents {
namespace {

/// Elements whose text a reader of the document does not see: deleted and moved text, codes of
/// fields, what is there twice for older programs, properties.
constexpr std::array<std::string_view, 10> kUnseen = {
    "del",    "moveFrom",  "instrText", "delText", "Fallback",
    "sectPr", "pPrChange", "rPrChange", "tabs",    "sdtPr"};

bool is_unseen(std::string_view name) {
  return std::find(kUnseen.begin(), kUnseen.end(), name) != kUnseen.end();
}

class DocxText {
 public:
  DocxText(DocxLists lists, std::size_t text_max_bytes)
      : lists_(std::move(lists)), output_(text_max_bytes), text_left_bytes_(text_max_bytes) {}

  void read_part(XmlReader reader) {
    while (reader.next()) {
      if (reader.node() == XmlReader::Node::kText) {
        if (in_text_ && !paragraphs_.empty()) add(reader.text());
      } else if (reader.node() == XmlReader::Node::kEnd) {
        end(reader.name());
      } else if (is_unseen(reader.name())) {
        reader.skip_element();
      } else {
        start(reader);
      }
    }
  }

  std::string take() { return output_.take(); }

 private:
  struct Paragraph {
    ParagraphKind kind;
    std::string text;
  };

  void start(const XmlReader& reader) {
    const std::string_view name = reader.name();
    if (name == "p") {
      paragraphs_.emplace_back();
    } else if (name == "tr") {
      rows_.emplace_back();
    } else if (name == "tc" && !rows_.empty()) {
      cells_.emplace_back();
    } else if (name == "t") {
      in_text_ = true;
    } else if (!paragraphs_.empty()) {
      if (name == "pStyle") paragraphs_.back().kind.style = reader.attribute("val");
      take_paragraph_property(reader, paragraphs_.back().kind);
      if (name == "tab") add("\t");
      if (name == "br" || name == "cr") add("\n");
      if (name == "noBreakHyphen") add("-");
    }
  }

  void end(std::string_view name) {
    if (name == "t") {
      in_text_ = false;
    } else if (name == "p" && !paragraphs_.empty()) {
      const Paragraph done = std::move(paragraphs_.back());
      paragraphs_.pop_back();
      const std::string prefix = done.text.empty() ? "" : lists_.prefix(done.kind);
      emit(prefix + done.text);
    } else if (name == "tc" && !cells_.empty() && !rows_.empty()) {
      rows_.back().push_back(std::move(cells_.back()));
      cells_.pop_back();
    } else if (name == "tr" && !rows_.empty()) {
      const std::vector<std::string> row = std::move(rows_.back());
      rows_.pop_back();
      emit(fmt::format("{}", fmt::join(row, " | ")));
    }
  }

  /// Text that is not in the output yet counts, too.
  void add(std::string_view text) {
    if (text.size() > text_left_bytes_) {
      throw DocumentError(DocumentFault::kTooLarge, "the document holds more text than allowed");
    }
    text_left_bytes_ -= text.size();
    paragraphs_.back().text += text;
  }

  /// A line into the innermost open cell, or the document. Of empty lines one stays.
  void emit(const std::string& line) {
    if (!cells_.empty()) {
      std::string& cell = cells_.back();
      if (!cell.empty() && !line.empty()) cell += ' ';
      for (const char character : line) cell += character == '\n' ? ' ' : character;
      return;
    }
    if (line.empty() && (output_.size() == 0 || output_.view().ends_with("\n\n"))) return;
    output_.append(line);
    output_.append("\n");
  }

  DocxLists lists_;
  BoundedText output_;
  std::size_t text_left_bytes_;
  bool in_text_ = false;
  std::vector<Paragraph> paragraphs_;  ///< more than one inside a text box
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> cells_;
};

void check_is_word(OfficePackage& package) {
  XmlReader reader = package.open(package.main_part());
  if (!reader.next() || !reader.starts("document")) {
    throw DocumentError(DocumentFault::kWrongFormat, "the package holds no Word document");
  }
}

}  // namespace

std::string docx_text(std::string_view bytes, const TextLimits& limits) {
  OfficePackage package(bytes, limits.unpacked_max_bytes);
  check_is_word(package);
  DocxLists lists;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (const Relationship& part : package.relationships(package.main_part())) {
    if (!package.has(part.target)) continue;
    if (part.type == "styles") lists.read_styles(package.open(part.target));
    if (part.type == "numbering") lists.read_numbering(package.open(part.target));
    if (part.type == "header") before.push_back(part.target);
    if (part.type == "footnotes" || part.type == "endnotes" || part.type == "footer") {
      after.push_back(part.target);
    }
  }
  DocxText text(std::move(lists), limits.text_max_bytes);
  for (const std::string& part : before) text.read_part(package.open(part));
  text.read_part(package.open(package.main_part()));
  for (const std::string& part : after) text.read_part(package.open(part));
  return text.take();
}

}  // namespace bedplate::documents
