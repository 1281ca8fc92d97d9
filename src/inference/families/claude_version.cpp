#include "inference/families/claude_version.hpp"

#include <algorithm>
#include <charconv>

namespace bedplate::inference {

std::string bare_anthropic_name(std::string_view id) {
  if (const std::size_t at = id.find("anthropic."); at != std::string_view::npos) {
    id.remove_prefix(at + std::string_view("anthropic.").size());
  }
  if (const std::size_t at = id.rfind("-v"); at != std::string_view::npos) id = id.substr(0, at);
  return std::string(id);
}

/// The numbers stand together: claude-3-5-sonnet, claude-opus-4-8. A date is none of them.
ClaudeVersion claude_version(std::string_view model_id) {
  constexpr std::size_t kDigitsMax = 2;
  const std::string name = bare_anthropic_name(model_id);
  std::string_view rest = name;
  if (!rest.starts_with("claude-")) return {};
  int numbers[2] = {0, 0};
  std::size_t found = 0;
  while (!rest.empty() && found < std::size(numbers)) {
    const std::string_view word = rest.substr(0, rest.find('-'));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const bool number = !word.empty() && word.size() <= kDigitsMax &&
                        word.find_first_not_of("0123456789") == word.npos;
    if (number) {
      std::from_chars(word.data(), word.data() + word.size(), numbers[found++]);
    } else if (found > 0) {
      break;
    }
  }
  return {numbers[0], numbers[1]};
}

}  // namespace bedplate::inference
