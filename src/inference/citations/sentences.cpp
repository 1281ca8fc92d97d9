#include "inference/citations/sentences.hpp"

#include <algorithm>
#include <string>

namespace bedplate::inference::citations {
namespace {

/// A wrapped line ends a sentence that is this long already: a table or a list without marks.
constexpr std::size_t kWrappedBytesMax = 600;

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Bytes of the mark at `at` that may end a sentence; 0: none is there.
std::size_t end_mark_bytes(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '.' || c == '!' || c == '?') return 1;
  if (static_cast<unsigned char>(c) < 0xE0) return 0;
  // … 。 ！ ？
  for (const std::string_view mark :
       {"\xE2\x80\xA6", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"}) {
    if (text.substr(at).starts_with(mark)) return mark.size();
  }
  return 0;
}

std::size_t closing_mark_bytes(std::string_view text, std::size_t at) {
  if (std::string_view("\"')]*_`").find(text[at]) != std::string_view::npos) return 1;
  // ” ’ » 」
  for (const std::string_view mark : {"\xE2\x80\x9D", "\xE2\x80\x99", "\xC2\xBB", "\xE3\x80\x8D"}) {
    if (text.substr(at).starts_with(mark)) return mark.size();
  }
  return 0;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// "Dr.", "e.g.", an initial, or the number of a list's item.
bool point_belongs_to_word(std::string_view text, std::size_t point) {
  std::size_t begin = point;
  while (begin > 0 && (is_alphanumeric(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  std::string word(text.substr(begin, point - begin));
  if (word.empty()) return false;
  const bool digits =
      std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return text.substr(0, begin).find_first_not_of(" \t\n\r*_") == std::string_view::npos;
  if (word.find('.') != std::string::npos && word.size() <= 5) return true;
  if (word.size() == 1) return word[0] >= 'A' && word[0] <= 'Z';
  for (char& c : word) c = static_cast<char>(c | 0x20);
  const std::size_t next = skip_space(text, point + 1);
  if (word == "no") return next < text.size() && text[next] >= '0' && text[next] <= '9';
  constexpr std::string_view kAbbreviations[] = {"approx", "art", "cf",  "dr",  "eq", "fig",
                                                 "mr",     "mrs", "ms",  "nos", "pp", "prof",
                                                 "sec",    "st",  "vol", "vs"};
  return std::find(std::begin(kAbbreviations), std::end(kAbbreviations), word) !=
         std::end(kAbbreviations);
}

enum class Here { kGoesOn, kEnds, kUnknown };

/// Whether the sentence ends behind its mark, which stands at `mark`; `after` is behind all marks.
Here at_mark(std::string_view text, std::size_t mark, std::size_t after, bool more_follows) {
  if (static_cast<unsigned char>(text[mark]) >= 0xE3) return Here::kEnds;  // no space needed
  if (after == text.size()) return more_follows ? Here::kUnknown : Here::kEnds;
  if (!is_space(text[after])) return Here::kGoesOn;
  const std::size_t next = skip_space(text, after);
  if (next == text.size()) return more_follows ? Here::kUnknown : Here::kEnds;
  if (text[mark] == '.' && point_belongs_to_word(text, mark)) return Here::kGoesOn;
  const bool goes_on = text[next] >= 'a' && text[next] <= 'z' && text[mark] == '.';
  return goes_on ? Here::kGoesOn : Here::kEnds;
}

Here at_line_break(std::string_view text, std::size_t at, LineBreaks lines, bool more_follows) {
  if (lines == LineBreaks::kEndSentences) return Here::kEnds;
  std::size_t next = at + 1;
  while (next < text.size() && (text[next] == ' ' || text[next] == '\t')) ++next;
  if (next == text.size()) return more_follows ? Here::kUnknown : Here::kEnds;
  if (text[next] == '\n' || at > kWrappedBytesMax) return Here::kEnds;
  if (std::string_view("-*#|+").find(text[next]) != std::string_view::npos) return Here::kEnds;
  if (text.substr(next).starts_with("\xE2\x80\xA2")) return Here::kEnds;  // •
  std::size_t digits = next;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const bool item = digits > next && digits + 1 < text.size() &&
                    (text[digits] == '.' || text[digits] == ')') && text[digits + 1] == ' ';
  return item ? Here::kEnds : Here::kGoesOn;
}

/// The last white space before the bound, or the last character that ends before it.
std::size_t cut(std::string_view text) {
  std::size_t at = kSentenceBytesMax;
  while (at > kSentenceBytesMax / 2 && !is_space(text[at - 1])) --at;
  if (at > kSentenceBytesMax / 2) return at;
  at = kSentenceBytesMax;
  while (at > 1 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

std::size_t first_sentence_bytes(std::string_view text, LineBreaks lines, bool more_follows) {
  more_follows = more_follows && text.size() <= kSentenceBytesMax;  // waits no longer than that
  const std::size_t begin = skip_space(text, 0);
  for (std::size_t at = begin; at < text.size();) {
    if (at > kSentenceBytesMax) return cut(text);
    Here here = Here::kGoesOn;
    std::size_t after = at + 1;
    if (text[at] == '\n') {
      here = at_line_break(text, at, lines, more_follows);
    } else if (const std::size_t bytes = end_mark_bytes(text, at)) {
      after = at + bytes;
      while (after < text.size()) {
        const std::size_t more =
            std::max(end_mark_bytes(text, after), closing_mark_bytes(text, after));
        if (more == 0) break;
        after += more;
      }
      here = at_mark(text, at, after, more_follows);
    }
    if (here == Here::kUnknown) return 0;
    if (here == Here::kEnds) {
      const std::size_t next = skip_space(text, after);
      return next == text.size() && more_follows ? 0 : next;
    }
    at = after;
  }
  if (text.size() > kSentenceBytesMax) return cut(text);
  return more_follows ? 0 : text.size();
}

}  // namespace bedplate::inference::citations
