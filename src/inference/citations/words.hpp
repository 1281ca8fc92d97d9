// The words of a text, in the form in which two texts are compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate::inference::citations {

enum class WordKind : std::uint8_t {
  kStop,      ///< stands in every text and tells nothing of its subject
  kNegation,  ///< not, never, without …
  kPlain,
  kNumber,
};

struct Word {
  std::uint32_t key = 0;  ///< the same for "Tower", "towers" and "tower's"
  WordKind kind = WordKind::kPlain;
  bool capital = false;   ///< begins with a capital letter
  std::size_t begin = 0;  ///< bytes in the text
  std::size_t end = 0;

  /// Neither a stop word nor a negation.
  bool tells() const { return kind == WordKind::kPlain || kind == WordKind::kNumber; }
};

/// Reads one word after the other. Letters and digits make words, each Chinese or Japanese
/// character one of its own; an apostrophe between letters belongs to its word, a point or comma
/// between digits to its number. Takes any bytes.
class WordReader {
 public:
  /// `text` must stay while the words are read.
  explicit WordReader(std::string_view text) : text_(text) {}

  std::optional<Word> next();

 private:
  bool joins(std::size_t mark_bytes, char32_t mark, char32_t last) const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::u32string folded_;  ///< room for one word, kept: this runs over megabytes
};

/// Unicode characters (code points) of a text in UTF-8.
std::size_t count_characters(std::string_view text);

}  // namespace bedplate::inference::citations
