#include "documents/formats/docx_lists.hpp"

#include <charconv>

namespace bedplate::documents {
namespace {

constexpr int kStyleDepthMax = 16;
constexpr int kHeadingLevels = 9;  // outline level 9 is body text

int number_of(const std::string& text, int otherwise) {
  int number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string label(const std::string& format, int count) {
  const bool is_letter = count >= 1 && count <= 26;
  if (format == "lowerLetter" && is_letter) return {static_cast<char>('a' + count - 1)};
  if (format == "upperLetter" && is_letter) return {static_cast<char>('A' + count - 1)};
  return std::to_string(count);
}

}  // namespace

void take_paragraph_property(const XmlReader& reader, ParagraphKind& kind) {
  if (reader.starts("numId")) kind.list = reader.attribute("val");
  if (reader.starts("ilvl")) kind.list_level = number_of(reader.attribute("val"), -1);
  if (reader.starts("outlineLvl")) kind.outline_level = number_of(reader.attribute("val"), -1);
}

void DocxLists::read_styles(XmlReader reader) {
  ParagraphKind* style = nullptr;
  while (reader.next()) {
    if (reader.starts("style")) {
      style = &styles_[reader.attribute("styleId")];
    } else if (reader.ends("style")) {
      style = nullptr;
    } else if (style != nullptr) {
      if (reader.starts("basedOn")) style->style = reader.attribute("val");
      take_paragraph_property(reader, *style);
    }
  }
}

void DocxLists::read_numbering(XmlReader reader) {
  Levels* levels = nullptr;
  Level* level = nullptr;
  std::string list;
  while (reader.next()) {
    if (reader.starts("abstractNum")) {
      levels = &abstracts_[reader.attribute("abstractNumId")];
    } else if (reader.ends("abstractNum")) {
      levels = nullptr;
      level = nullptr;
    } else if (reader.starts("lvl") && levels != nullptr) {
      const int index = number_of(reader.attribute("ilvl"), -1);
      level = index >= 0 && index < kListLevels ? &(*levels)[std::size_t(index)] : nullptr;
    } else if (reader.starts("numFmt") && level != nullptr) {
      level->format = reader.attribute("val");
    } else if (reader.starts("start") && level != nullptr) {
      level->start = number_of(reader.attribute("val"), 1);
    } else if (reader.starts("num")) {
      list = reader.attribute("numId");
    } else if (reader.starts("abstractNumId")) {
      abstract_of_list_[list] = reader.attribute("val");
    }
  }
}

ParagraphKind DocxLists::with_style(ParagraphKind paragraph) const {
  std::string name = paragraph.style;
  for (int depth = 0; depth < kStyleDepthMax; ++depth) {
    const auto found = styles_.find(name);
    if (found == styles_.end()) break;
    const ParagraphKind& style = found->second;
    if (paragraph.list.empty()) paragraph.list = style.list;
    if (paragraph.list_level < 0) paragraph.list_level = style.list_level;
    if (paragraph.outline_level < 0) paragraph.outline_level = style.outline_level;
    name = style.style;
  }
  return paragraph;
}

std::string DocxLists::prefix(const ParagraphKind& bare) {
  const ParagraphKind paragraph = with_style(bare);
  if (paragraph.outline_level >= 0 && paragraph.outline_level < kHeadingLevels) {
    return std::string(std::size_t(paragraph.outline_level) + 1, '#') + " ";
  }
  const auto abstract = abstract_of_list_.find(paragraph.list);
  if (abstract == abstract_of_list_.end()) return {};  // also "0", which takes a style's list away
  const auto index = std::size_t(std::clamp(paragraph.list_level, 0, kListLevels - 1));
  const Level& level = abstracts_[abstract->second][index];
  const std::string indent(2 * index, ' ');
  if (level.format == "none") return indent;
  if (level.format == "bullet") return indent + "- ";
  auto [counts, is_new] = counts_.try_emplace(paragraph.list);
  if (is_new) counts->second.fill(-1);
  int& count = counts->second[index];
  count = count < 0 ? level.start : count + 1;
  for (std::size_t deeper = index + 1; deeper < kListLevels; ++deeper) {
    counts->second[deeper] = -1;
  }
  return indent + label(level.format, count) + ". ";
}

}  // namespace bedplate::documents
