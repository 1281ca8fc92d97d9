// What the figures need of a reply's text, whichever format carries it: marks are found, not
// parsed.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate::bench {

/// The number behind the last `mark` in `text`.
inline std::optional<std::int64_t> number_after_last(std::string_view text, std::string_view mark) {
  const std::size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(at + mark.size());
  std::int64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

/// Keeps the end of a reply, where the count of its tokens stands.
class ReplyTail {
 public:
  void clear() { text_.clear(); }
  void add(std::string_view piece) {
    text_ += piece;
    if (text_.size() > 2 * kKept_bytes) text_.erase(0, text_.size() - kKept_bytes);
  }
  const std::string& text() const { return text_; }
  /// 0 when it is not there.
  std::int64_t output_tokens() const {
    const auto ours = number_after_last(text_, R"("outputTokens":)");
    return ours ? *ours : number_after_last(text_, R"("completion_tokens":)").value_or(0);
  }

 private:
  static constexpr std::size_t kKept_bytes = 4'096;
  std::string text_;
};

}  // namespace bedplate::bench
