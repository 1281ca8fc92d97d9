// Which Claude a model id names.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace bedplate::inference {

/// The model's name as Anthropic gives it: no provider prefix, no `-v1:0`.
std::string bare_anthropic_name(std::string_view model_id);

/// 0 where the name tells none: claude-haiku-4-5-20251001 is 4.5, claude-sonnet-5 is 5.0.
struct ClaudeVersion {
  int major = 0;
  int minor = 0;
  friend auto operator<=>(const ClaudeVersion&, const ClaudeVersion&) = default;
};

ClaudeVersion claude_version(std::string_view model_id);

/// Recorded of Haiku 4.5: usage tells for how long what was cached is kept.
inline constexpr ClaudeVersion kClaude45{4, 5};
/// Recorded of Opus 4.8: turns of the system amid the others, and more members in replies.
inline constexpr ClaudeVersion kClaude48{4, 8};

}  // namespace bedplate::inference
