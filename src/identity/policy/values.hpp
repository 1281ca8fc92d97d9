// What condition values stand for: points of time, numbers and address ranges.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bedplate::identity::policy {

/// A point of time, without the bounds of std::chrono's years.
struct Instant {
  std::int64_t seconds = 0;  ///< since 1970
  std::int32_t nanoseconds = 0;

  auto operator<=>(const Instant&) const = default;
};

/// Reads a date of the W3C's ISO 8601 profile, from a year and its hyphen to nine decimals of a
/// second, with `Z`, an offset or nothing (UTC); or whole seconds since 1970, which is what a
/// number without hyphen and without T is. Nothing when it is neither.
std::optional<Instant> parse_instant(std::string_view text);

/// Reads an integer or decimal number; nothing on infinities, hexadecimal digits or white space.
std::optional<double> parse_number(std::string_view text);

/// `true` or `false`, in any case.
std::optional<bool> parse_boolean(std::string_view text);

/// Addresses with the same first bits. An IPv4 address that is mapped into IPv6 is an IPv4 address.
struct AddressRange {
  bool ipv6 = false;
  std::array<std::uint8_t, 16> bytes{};
  unsigned prefix_bits = 0;

  bool contains(const AddressRange& address) const;
};

/// Reads `203.0.113.0/24`, `2001:db8::/32`, or one address, which is a range of its own.
std::optional<AddressRange> parse_address_range(std::string_view text);

}  // namespace bedplate::identity::policy
