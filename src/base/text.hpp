// Blank space in texts.
#pragma once

#include <string_view>

namespace bedplate {

inline constexpr std::string_view kBlankSpace = " \t\r\n";

/// Whether a text is empty or blank space only.
inline bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlankSpace) == std::string_view::npos;
}

/// A text without the blank space at both ends.
inline std::string_view trimmed(std::string_view text) {
  if (is_blank(text)) return {};
  const std::size_t first = text.find_first_not_of(kBlankSpace);
  return text.substr(first, text.find_last_not_of(kBlankSpace) - first + 1);
}

}  // namespace bedplate
