// Which paragraphs of a docx are headings or items of lists, and what stands before an item.
#pragma once

#include <array>
#include <map>
#include <string>

#include "documents/formats/office_package.hpp"

namespace bedplate::documents {

inline constexpr int kListLevels = 9;

/// What a paragraph or its style says; -1 and empty stand for nothing.
struct ParagraphKind {
  std::string style;
  std::string list;        ///< the id of a numbering
  int list_level = -1;     ///< 0 is the outermost
  int outline_level = -1;  ///< 0 is the highest heading
};

class DocxLists {
 public:
  void read_styles(XmlReader reader);
  void read_numbering(XmlReader reader);

  /// "## " of a heading, "  - " or "3. " of an item, counted on; else nothing.
  std::string prefix(const ParagraphKind& paragraph);

 private:
  struct Level {
    std::string format = "bullet";
    int start = 1;
  };
  using Levels = std::array<Level, kListLevels>;

  ParagraphKind with_style(ParagraphKind paragraph) const;

  std::map<std::string, ParagraphKind> styles_;  ///< by id; their `style` is what they build on
  std::map<std::string, Levels> abstracts_;
  std::map<std::string, std::string> abstract_of_list_;
  std::map<std::string, std::array<int, kListLevels>> counts_;
};

/// Takes what the current start tag says into `kind`: numId, ilvl, outlineLvl.
void take_paragraph_property(const XmlReader& reader, ParagraphKind& kind);

}  // namespace bedplate::documents
