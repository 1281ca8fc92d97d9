// Points in time as the wire carries them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace bedplate::protocol {

/// Reads RFC 3339: "2026-01-02T03:04:05.678Z", with any number of fractional digits (cut to
/// milliseconds) and either "Z" or an offset. Nothing when it is anything else.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// Seconds since 1970, with a fraction. Nothing when beyond the years 1 to 9999.
std::optional<Timestamp> timestamp_from_seconds(double seconds);

/// "2026-01-02T03:04:05.678Z", without the fraction when it is zero.
std::string format_timestamp(Timestamp time);

}  // namespace bedplate::protocol
