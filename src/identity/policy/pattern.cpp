#include "identity/policy/pattern.hpp"

#include <boost/container/small_vector.hpp>

namespace bedplate::identity::policy {
namespace {

constexpr std::size_t kColonsOfArn = 5;
constexpr std::size_t kNowhere = std::string_view::npos;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// Bytes of the UTF-8 character that begins at `at`; 0 in the middle of one.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead < 0x80   ? 1
                            : lead < 0xC0 ? 0
                            : lead < 0xE0 ? 2
                            : lead < 0xF0 ? 3
                                          : 4;
  return std::min(bytes, text.size() - at);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::size_t variable_length(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || text[at + 1] != '{') return 0;
  bool quoted = false;
  for (std::size_t i = at + 2; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (text[i] == '}' && !quoted) return i + 1 - at;
  }
  return 0;
}

/// One comparison. The pieces between two `*` are a chunk; each chunk is looked for as far to the
/// left as it goes, which is right as long as `*` may stand for anything.
class Pattern::Matching {
 public:
  Matching(const Resolved* begin, const Resolved* end, std::string_view text, bool ignore_case)
      : begin_(begin), end_(end), text_(text), ignore_case_(ignore_case) {}

  bool matches() const {
    const Resolved* chunk = begin_;
    const Resolved* star = next_star(chunk);
    std::size_t at = match_chunk(chunk, star, 0);
    if (star == end_) return at == text_.size();
    while (at != kNowhere) {
      chunk = star + 1;
      star = next_star(chunk);
      if (star == end_) return ends_with_chunk(chunk, star, at);
      at = find_chunk(chunk, star, at);
    }
    return false;
  }

  /// With confined wildcards: every place that each piece can end at is kept. Both sizes bound it.
  bool matches_confined() const {
    std::vector<char> places(text_.size() + 1, 0);
    std::vector<char> next(text_.size() + 1, 0);
    places[0] = 1;
    for (const Resolved* piece = begin_; piece != end_; ++piece) {
      std::fill(next.begin(), next.end(), 0);
      if (!advance(*piece, places, next)) return false;
      places.swap(next);
    }
    return places[text_.size()] != 0;
  }

 private:
  const Resolved* next_star(const Resolved* from) const {
    while (from != end_ && from->kind != Kind::kMany) ++from;
    return from;
  }

  bool equal(std::string_view a, std::string_view b) const {
    return ignore_case_ ? equal_ignoring_case(a, b) : a == b;
  }

  /// Where the chunk ends when it begins at `at`.
  std::size_t match_chunk(const Resolved* piece, const Resolved* end, std::size_t at) const {
    for (; piece != end; ++piece) {
      if (piece->kind == Kind::kOne) {
        const std::size_t bytes = at < text_.size() ? character_bytes(text_, at) : 0;
        if (bytes == 0) return kNowhere;
        at += bytes;
      } else {
        if (text_.size() - at < piece->text.size()) return kNowhere;
        if (!equal(text_.substr(at, piece->text.size()), piece->text)) return kNowhere;
        at += piece->text.size();
      }
    }
    return at;
  }

  std::size_t find_chunk(const Resolved* chunk, const Resolved* end, std::size_t at) const {
    if (chunk == end) return at;
    const bool text_first = chunk->kind == Kind::kText && !ignore_case_;
    if (text_first) return find_text(chunk, end, at);
    for (; at <= text_.size(); ++at) {
      const std::size_t behind = match_chunk(chunk, end, at);
      if (behind != kNowhere) return behind;
    }
    return kNowhere;
  }

  /// The same for a chunk that begins with a text.
  std::size_t find_text(const Resolved* chunk, const Resolved* end, std::size_t at) const {
    while ((at = text_.find(chunk->text, at)) != kNowhere) {
      const std::size_t behind = match_chunk(chunk + 1, end, at + chunk->text.size());
      if (behind != kNowhere) return behind;
      ++at;
    }
    return kNowhere;
  }

  /// Whether the chunk, beginning at `at` or later, ends with the text.
  bool ends_with_chunk(const Resolved* chunk, const Resolved* end, std::size_t at) const {
    if (chunk == end) return true;
    if (chunk + 1 == end && chunk->kind != Kind::kOne) {
      const std::size_t size = chunk->text.size();
      return text_.size() - at >= size && equal(text_.substr(text_.size() - size), chunk->text);
    }
    for (; at <= text_.size(); ++at) {
      if (match_chunk(chunk, end, at) == text_.size()) return true;
    }
    return false;
  }

  bool advance(const Resolved& piece, const std::vector<char>& from, std::vector<char>& to) const {
    const bool many = piece.kind == Kind::kMany || piece.kind == Kind::kConfinedMany;
    bool any = false;
    bool carried = false;
    for (std::size_t at = 0; at <= text_.size(); ++at) {
      if (many) {
        const bool colon = at > 0 && text_[at - 1] == ':';
        if (colon && piece.kind == Kind::kConfinedMany) carried = false;
        carried = carried || from[at] != 0;
        to[at] = carried;
        any = any || carried;
        continue;
      }
      if (from[at] == 0) continue;
      if (piece.kind == Kind::kConfinedOne && at < text_.size() && text_[at] == ':') continue;
      const Resolved one{piece.kind == Kind::kText ? Kind::kText : Kind::kOne, piece.text, nullptr};
      const std::size_t behind = match_chunk(&one, &one + 1, at);
      if (behind != kNowhere) to[behind] = 1;
      any = any || behind != kNowhere;
    }
    return any;
  }

  const Resolved* begin_;
  const Resolved* end_;
  std::string_view text_;
  bool ignore_case_;
};

/// Cuts a pattern into its pieces.
class Pattern::Compiler {
 public:
  Compiler(std::string_view text, Rules rules, bool resource)
      : text_(text), rules_(rules), resource_(resource) {}

  std::vector<Piece> pieces() {
    while (at_ < text_.size()) take();
    // A star that ends the pattern runs on past the colons anyway.
    const bool complete = !resource_ || text_.ends_with('*');
    for (; !complete && colons_ < kColonsOfArn; ++colons_) {
      add_text(":");
      add_wildcard(Kind::kMany);
    }
    if (pieces_.empty()) pieces_.push_back({Kind::kText, "", std::nullopt, std::nullopt});
    return std::move(pieces_);
  }

 private:
  void take() {
    const char c = text_[at_];
    if (c == '$' && rules_.variables && variable_length(text_, at_) > 0) return take_variable();
    const bool confined = resource_ && colons_ < kColonsOfArn;
    if (rules_.wildcards && c == '*') {
      const bool ends_part = at_ + 1 == text_.size() || text_[at_ + 1] == ':';
      add_wildcard(confined && !ends_part ? Kind::kConfinedMany : Kind::kMany);
    } else if (rules_.wildcards && c == '?') {
      add_wildcard(confined ? Kind::kConfinedOne : Kind::kOne);
    } else {
      add_text(text_.substr(at_, 1));
      if (c == ':') ++colons_;
    }
    ++at_;
  }

  void take_variable() {
    const std::size_t length = variable_length(text_, at_);
    const std::string_view inside = text_.substr(at_ + 2, length - 3);
    at_ += length;
    if (inside == "*" || inside == "?" || inside == "$") return add_text(inside);
    Piece piece{Kind::kVariable, "", std::nullopt, std::nullopt};
    const std::size_t comma = inside.find(',');
    piece.key.emplace(trimmed(inside.substr(0, comma)));
    if (comma != kNowhere) {
      std::string_view otherwise = trimmed(inside.substr(comma + 1));
      if (otherwise.size() >= 2 && otherwise.front() == '\'' && otherwise.back() == '\'') {
        otherwise = otherwise.substr(1, otherwise.size() - 2);
      }
      piece.otherwise = std::string(otherwise);
    }
    pieces_.push_back(std::move(piece));
  }

  void add_text(std::string_view text) {
    if (pieces_.empty() || pieces_.back().kind != Kind::kText) {
      pieces_.push_back({Kind::kText, "", std::nullopt, std::nullopt});
    }
    pieces_.back().text += text;
  }

  void add_wildcard(Kind kind) {
    const bool many = kind == Kind::kMany || kind == Kind::kConfinedMany;
    // A second star adds nothing to the first.
    if (many && !pieces_.empty() && pieces_.back().kind == Kind::kMany) return;
    pieces_.push_back({kind, "", std::nullopt, std::nullopt});
  }

  std::string_view text_;
  Rules rules_;
  bool resource_;
  std::size_t at_ = 0;
  std::size_t colons_ = 0;
  std::vector<Piece> pieces_;
};

Pattern::Pattern(std::string_view text, Rules rules, bool resource)
    : rules_(rules),
      source_(text),
      pieces_(
          std::make_shared<const std::vector<Piece>>(Compiler(text, rules, resource).pieces())) {
  choose_shape();
}

Pattern Pattern::of_resource(std::string_view text, bool variables) {
  return Pattern(text, Rules{true, variables, false}, true);
}

void Pattern::choose_shape() {
  for (const Piece& piece : *pieces_) {
    if (piece.kind == Kind::kVariable) has_variables_ = true;
    if (piece.kind == Kind::kConfinedOne || piece.kind == Kind::kConfinedMany) {
      ++confined_wildcards_;
    }
  }
  for (const Piece& piece : *pieces_) {
    const bool variable = piece.kind == Kind::kVariable;
    resolved_.push_back(
        {variable ? Kind::kText : piece.kind, piece.text, variable ? &piece : nullptr});
  }
  if (has_variables_) return;
  const Resolved& first = resolved_.front();
  const Resolved& last = resolved_.back();
  if (!rules_.ignore_case) {
    if (first.kind == Kind::kText) prefix_ = first.text;
    if (last.kind == Kind::kText) suffix_ = last.text;
  }
  if (resolved_.size() == 1 && first.kind == Kind::kMany) shape_ = Shape::kEverything;
  if (resolved_.size() == 1 && first.kind == Kind::kText) shape_ = Shape::kLiteral;
  if (resolved_.size() == 2 && !prefix_.empty() && last.kind == Kind::kMany) {
    shape_ = Shape::kPrefix;
  }
}

Match Pattern::match_resolved(const Resolved* begin, const Resolved* end,
                              std::string_view text) const {
  const Matching matching(begin, end, text, rules_.ignore_case);
  const bool yes = confined_wildcards_ > 0 ? matching.matches_confined() : matching.matches();
  return yes ? Match::kYes : Match::kNo;
}

Match Pattern::match(std::string_view text, const Context& context) const {
  switch (shape_) {
    case Shape::kEverything:
      return Match::kYes;
    case Shape::kLiteral: {
      const std::string_view wanted = resolved_.front().text;
      const bool equal = rules_.ignore_case ? equal_ignoring_case(text, wanted) : text == wanted;
      return equal ? Match::kYes : Match::kNo;
    }
    case Shape::kPrefix:
      return text.starts_with(prefix_) ? Match::kYes : Match::kNo;
    case Shape::kPieces:
      break;
  }
  if (!has_variables_) {
    if (!text.starts_with(prefix_) || !text.ends_with(suffix_)) return Match::kNo;
    const Resolved* begin = resolved_.data();
    const Resolved* behind_prefix = prefix_.empty() ? begin : begin + 1;
    return match_resolved(behind_prefix, begin + resolved_.size(), text.substr(prefix_.size()));
  }
  constexpr std::size_t kPiecesUsual = 16;
  boost::container::small_vector<Resolved, kPiecesUsual> resolved(resolved_.begin(),
                                                                  resolved_.end());
  for (Resolved& piece : resolved) {
    if (piece.variable == nullptr) continue;
    const std::string* value = context.find_single(*piece.variable->key);
    if (value == nullptr && !piece.variable->otherwise) return Match::kUnresolved;
    piece.text = value != nullptr ? *value : *piece.variable->otherwise;
  }
  return match_resolved(resolved.data(), resolved.data() + resolved.size(), text);
}

}  // namespace bedplate::identity::policy
