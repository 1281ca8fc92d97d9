#include "identity/policy/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace bedplate::identity::policy {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kYearMin = -292275054;  // what IAM takes
constexpr std::int64_t kYearMax = 292278993;
constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// An unsigned number of at most `digits_max` digits within its bounds.
std::optional<int> part(std::string_view text, std::size_t digits_max, int low, int high) {
  if (text.empty() || text.size() > digits_max || text.front() == '-') return std::nullopt;
  const std::optional<int> value = whole<int>(text);
  return value && *value >= low && *value <= high ? value : std::nullopt;
}

/// Takes what stands before the separator; the rest, without it, remains. No separator: all of it.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

bool is_leap(std::int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_of_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted from March of each year.
std::int64_t days_since_1970(std::int64_t year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::optional<std::int64_t> parse_days(std::string_view date) {
  const bool negative = date.starts_with('-');
  if (negative) date.remove_prefix(1);
  const std::string_view year_text = take(date, '-');
  if (year_text.empty() || year_text.front() == '-') return std::nullopt;
  std::optional<std::int64_t> year = whole<std::int64_t>(year_text);
  if (!year) return std::nullopt;
  if (negative) year = -*year;
  if (*year < kYearMin || *year > kYearMax) return std::nullopt;
  int month = 1;
  int day = 1;
  if (!date.empty()) {
    const std::optional<int> given = part(take(date, '-'), 2, 1, 12);
    if (!given) return std::nullopt;
    month = *given;
  }
  if (!date.empty()) {
    const std::optional<int> given = part(date, 2, 1, days_of_month(*year, month));
    if (!given) return std::nullopt;
    day = *given;
  }
  return days_since_1970(*year, month, day);
}

/// `Z`, `+hh`, `-hh:mm` or nothing at the end of a time; takes it off. Seconds to subtract.
std::optional<int> take_offset(std::string_view& time) {
  if (time.ends_with('z') || time.ends_with('Z')) {
    time.remove_suffix(1);
    return 0;
  }
  const std::size_t at = time.find_first_of("+-");
  if (at == std::string_view::npos) return 0;
  const int sign = time[at] == '+' ? 1 : -1;
  std::string_view offset = time.substr(at + 1);
  time = time.substr(0, at);
  const bool has_minutes = offset.find(':') != std::string_view::npos;
  const std::string_view hours_text = take(offset, ':');
  const std::optional<int> hours = part(hours_text, 2, 0, 23);
  const std::optional<int> minutes = has_minutes ? part(offset, 2, 0, 59) : 0;
  if (!hours || hours_text.size() != 2 || !minutes || (has_minutes && offset.size() != 2)) {
    return std::nullopt;
  }
  return sign * (*hours * 3600 + *minutes * 60);
}

/// Seconds and nanoseconds since midnight.
std::optional<Instant> parse_time(std::string_view time) {
  Instant instant;
  if (time.empty()) return instant;
  const std::optional<int> offset = take_offset(time);
  const std::optional<int> hours = part(take(time, ':'), 2, 0, 23);
  if (!offset || !hours) return std::nullopt;
  instant.seconds = *hours * 3600 - *offset;
  if (time.empty()) return instant;
  const std::optional<int> minutes = part(take(time, ':'), 2, 0, 59);
  if (!minutes) return std::nullopt;
  instant.seconds += *minutes * 60;
  if (time.empty()) return instant;
  const bool has_fraction = time.find('.') != std::string_view::npos;
  const std::optional<int> seconds = part(take(time, '.'), 2, 0, 59);
  if (!seconds) return std::nullopt;
  instant.seconds += *seconds;
  if (!has_fraction) return instant;
  const std::optional<int> fraction = part(time, 9, 0, 999999999);
  if (!fraction) return std::nullopt;
  instant.nanoseconds = *fraction;
  for (std::size_t digits = time.size(); digits < 9; ++digits) instant.nanoseconds *= 10;
  return instant;
}

/// An IPv4 address within IPv6 (RFC 4291, 2.5.5.2).
bool is_mapped(const std::array<std::uint8_t, 16>& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  const std::size_t t = text.find_first_of("tT");
  if (t == std::string_view::npos && text.find('-') == std::string_view::npos) {
    const std::optional<std::int64_t> seconds = whole<std::int64_t>(text);
    if (!seconds) return std::nullopt;
    return Instant{*seconds, 0};
  }
  const std::optional<std::int64_t> days = parse_days(text.substr(0, t));
  std::optional<Instant> time =
      parse_time(t == std::string_view::npos ? std::string_view{} : text.substr(t + 1));
  if (!days || !time) return std::nullopt;
  time->seconds += *days * kSecondsPerDay;
  return time;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.find_first_not_of("0123456789.-+eE") != std::string_view::npos) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return std::nullopt;
  const std::optional<double> value = whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  const auto is = [&](std::string_view word) {
    return text.size() == word.size() &&
           std::equal(text.begin(), text.end(), word.begin(),
                      [](char a, char b) { return a == b || a == b - 'a' + 'A'; });
  };
  if (is("true")) return true;
  if (is("false")) return false;
  return std::nullopt;
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  std::string_view rest = text;
  const bool has_prefix = text.find('/') != std::string_view::npos;
  const std::string_view address = take(rest, '/');
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (address.size() >= buffer.size()) return std::nullopt;
  std::memcpy(buffer.data(), address.data(), address.size());
  if (std::memchr(buffer.data(), '\0', address.size()) != nullptr) return std::nullopt;

  AddressRange range;
  range.ipv6 = address.find(':') != std::string_view::npos;
  if (inet_pton(range.ipv6 ? AF_INET6 : AF_INET, buffer.data(), range.bytes.data()) != 1) {
    return std::nullopt;
  }
  unsigned bits = range.ipv6 ? kIpv6Bits : kIpv4Bits;
  if (has_prefix) {
    const std::optional<int> given = part(rest, 3, 0, static_cast<int>(bits));
    if (!given) return std::nullopt;
    bits = static_cast<unsigned>(*given);
  }
  if (range.ipv6 && is_mapped(range.bytes) && bits >= kIpv6Bits - kIpv4Bits) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy(range.bytes.begin() + 12, range.bytes.end(), bytes.begin());
    range.bytes = bytes;
    range.ipv6 = false;
    bits -= kIpv6Bits - kIpv4Bits;
  }
  range.prefix_bits = bits;
  return range;
}

bool AddressRange::contains(const AddressRange& address) const {
  if (ipv6 != address.ipv6 || address.prefix_bits < prefix_bits) return false;
  const std::size_t whole_bytes = prefix_bits / 8;
  if (!std::equal(bytes.begin(), bytes.begin() + whole_bytes, address.bytes.begin())) return false;
  const unsigned rest = prefix_bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return (bytes[whole_bytes] & mask) == (address.bytes[whole_bytes] & mask);
}

}  // namespace bedplate::identity::policy
