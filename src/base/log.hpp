// The server's own log: one line an event on standard error, or a file when configured.
// Never log a prompt, a reply, a key or a signature.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace bedplate::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

void set_level(Level level);
bool enabled(Level level);
/// Writes "2026-01-02T03:04:05.678Z warning text\n" in one write call. Safe from every thread.
void write(Level level, std::string_view text);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug)) {
    write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarning)) {
    write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError)) {
    write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace bedplate::log
