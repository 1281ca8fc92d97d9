// Time: points, formats that AWS uses, and a clock that tests can set.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

using SystemClock = std::chrono::system_clock;
using SteadyClock = std::chrono::steady_clock;
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Wall-clock time as its users need it: injected, so that a test chooses it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

/// The machine's clock.
class MachineClock final : public Clock {
 public:
  Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(SystemClock::now());
  }
};

std::string format_iso8601_ms(SystemClock::time_point time);  ///< 2026-01-02T03:04:05.678Z
std::string format_iso8601_s(SystemClock::time_point time);   ///< 2026-01-02T03:04:05Z
std::string format_amz_date(SystemClock::time_point time);    ///< 20260102T030405Z
std::string format_http_date(SystemClock::time_point time);   ///< Fri, 02 Jan 2026 03:04:05 GMT

/// Reads `2026-01-02T03:04:05Z`; nothing when it is anything else.
std::optional<Timestamp> parse_iso8601_s(std::string_view text);

/// Reads `20260102T030405Z`; nothing when it is anything else, or before 1970 or after 2200.
std::optional<Timestamp> parse_amz_date(std::string_view text);

}  // namespace bedplate
