#include "base/log.hpp"

#include <unistd.h>

#include <atomic>

#include "base/clock.hpp"

namespace bedplate::log {
namespace {

std::atomic<Level> minimum{Level::kInfo};

std::string_view name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kOff:
      break;
  }
  return "";
}

}  // namespace

void set_level(Level level) {
  minimum = level;
}

bool enabled(Level level) {
  return level >= minimum.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view text) {
  std::string line =
      fmt::format("{} {} {}\n", format_iso8601_ms(SystemClock::now()), name(level), text);
  // A client may have put a line break into what we quote: one event stays one line.
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 && &c != &line.back()) c = ' ';
  }
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace bedplate::log
