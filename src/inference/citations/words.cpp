#include "inference/citations/words.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace bedplate::inference::citations {
namespace {

constexpr std::size_t kPluralBytesMin = 4;

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// A byte that begins no character is taken for one of its own, which is no letter.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (bytes == 1 || at + bytes > text.size()) return {0, 1};
  char32_t code = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 1};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  return {code, bytes};
}

bool within(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

bool is_digit(char32_t code) {
  return within(code, '0', '9');
}

/// Scripts without spaces between words.
bool is_ideograph(char32_t code) {
  return within(code, 0x3040, 0x30FF) || within(code, 0x3400, 0x9FFF) ||
         within(code, 0xF900, 0xFAFF) || within(code, 0x20000, 0x3FFFF);
}

/// Beyond ASCII, what is not in a block of signs and spaces counts as a letter.
bool is_letter(char32_t code) {
  if (code < 0x80) return within(code, 'a', 'z') || within(code, 'A', 'Z');
  if (code < 0xC0) return code == 0xAA || code == 0xB5 || code == 0xBA;
  return code != 0xD7 && code != 0xF7 && !within(code, 0x2000, 0x2BFF) &&
         !within(code, 0x2E00, 0x2E7F) && !within(code, 0x3000, 0x303F) &&
         !within(code, 0xE000, 0xF8FF) && !within(code, 0xFE00, 0xFE6F) &&
         !within(code, 0xFF00, 0xFF0F) && !within(code, 0x1F000, 0x1FAFF);
}

/// Latin, Greek and Cyrillic; letters of other scripts stay as they are.
char32_t lower_case(char32_t code) {
  if (within(code, 'A', 'Z')) return code + 0x20;
  if (within(code, 0xC0, 0xDE) && code != 0xD7) return code + 0x20;
  if (within(code, 0x100, 0x137) || within(code, 0x14A, 0x177)) return code | 1;
  if (within(code, 0x391, 0x3A9)) return code + 0x20;
  if (within(code, 0x410, 0x42F)) return code + 0x20;
  if (within(code, 0x400, 0x40F)) return code + 0x50;
  return code;
}

bool is_apostrophe(char32_t code) {
  return code == '\'' || code == 0x2019;
}

std::uint32_t hash(std::u32string_view word) {  // FNV-1a
  std::uint32_t value = 2166136261u;
  for (const char32_t code : word) value = (value ^ code) * 16777619u;
  return value;
}

using Keys = std::unordered_set<std::uint32_t>;

Keys keys_of(std::u32string_view words) {
  Keys keys;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(U' '), words.size());
    keys.insert(hash(words.substr(0, end)));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return keys;
}

/// Function words, and the words with which a reply speaks of its sources. English, and the most
/// frequent of German, French, Spanish and Italian.
const Keys& stop_words() {
  static const Keys keys = keys_of(
      U"a about above according after again all also although am an and any are as at be because "
      U"been before being below between both but by can could did do does doing document documents "
      U"down during each either even every few for from further had has have having he her here "
      U"hers him his how however i if in indicate indicates into is it its itself just may me "
      U"mention mentioned mentions might more most much must my of off on once only onto or other "
      U"our out over own page passage per provided said same say says shall she should so some "
      U"source state stated states such text than that the their them then there therefore these "
      U"they this those through thus to too under until up upon us very was we were what when "
      U"where "
      U"whether which while who whom whose why will with would yes you your "
      U"aber als am an auch auf aus bei bis da dann das dass dem den der des die durch ein eine "
      U"einem einen einer eines er es f\u00FCr hat ich im ihr in ist mit nach noch nur oder sich "
      U"sie "
      U"sind so und um unter vom von vor war waren wie wir wird zu zum zur \u00FCber "
      U"au aux avec ce ces cette dans de des du elle en est et il ils je la le les leur lui mais "
      U"nous on ou par pas plus pour qui que sa se ses son sont sur un une vous "
      U"al como con del el ella ellos entre era esta este fue ha las lo los m\u00E1s para pero por "
      U"su sus una uno y "
      U"che chi con da dal dalla degli dei del della delle di ed gli ha il nel nella per pi\u00F9 "
      U"sono sul sulla tra una uno");
  return keys;
}

const Keys& negations() {
  static const Keys keys = keys_of(
      U"not no never none neither nor without cannot nothing nobody "
      U"nicht kein keine keinen nie niemals ohne ne jamais aucun aucune sans nunca sin non mai "
      U"senza");
  return keys;
}

/// The last letters that make no other word of it.
void cut_ending(std::u32string& word) {
  const auto ends_with = [&](std::u32string_view ending) { return word.ends_with(ending); };
  if (ends_with(U"'s")) word.resize(word.size() - 2);
  const bool kept = ends_with(U"ss") || ends_with(U"us") || ends_with(U"is");
  if (word.size() >= kPluralBytesMin && ends_with(U"s") && !kept) word.pop_back();
}

WordKind kind_of(std::u32string_view word, bool number) {
  if (number) return WordKind::kNumber;
  const std::uint32_t key = hash(word);
  if (negations().contains(key) || word.ends_with(U"n't")) return WordKind::kNegation;
  const bool letter = word.size() == 1 && !is_ideograph(word.front());
  return letter || stop_words().contains(key) ? WordKind::kStop : WordKind::kPlain;
}

}  // namespace

/// Whether the mark at at_ belongs to the word that it stands in.
bool WordReader::joins(std::size_t mark_bytes, char32_t mark, char32_t last) const {
  const std::size_t after = at_ + mark_bytes;
  if (after >= text_.size()) return false;
  const char32_t next = character_at(text_, after).code;
  if (is_apostrophe(mark)) return is_letter(last) && is_letter(next);
  return (mark == '.' || mark == ',') && is_digit(last) && is_digit(next);
}

std::optional<Word> WordReader::next() {
  Character now;
  for (; at_ < text_.size(); at_ += now.bytes) {
    now = character_at(text_, at_);
    if (is_letter(now.code) || is_digit(now.code)) break;
  }
  if (at_ >= text_.size()) return std::nullopt;
  Word word;
  word.begin = at_;
  word.capital = lower_case(now.code) != now.code;
  const bool alone = is_ideograph(now.code);
  bool number = false;
  char32_t last = 0;
  std::u32string& folded = folded_;
  folded.clear();
  while (at_ < text_.size()) {
    now = character_at(text_, at_);
    if (is_letter(now.code) || is_digit(now.code)) {
      if (last != 0 && (alone || is_ideograph(now.code))) break;
      number = number || is_digit(now.code);
      folded.push_back(lower_case(now.code));
    } else if (last != 0 && joins(now.bytes, now.code, last)) {
      if (now.code != ',') folded.push_back(now.code == '.' ? U'.' : U'\'');
    } else {
      break;
    }
    last = now.code;
    at_ += now.bytes;
  }
  word.end = at_;
  word.kind = kind_of(folded, number);
  if (!number) cut_ending(folded);
  word.key = hash(folded);
  return word;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace bedplate::inference::citations
