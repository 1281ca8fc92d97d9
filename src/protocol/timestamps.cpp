#include "protocol/timestamps.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace bedplate::protocol {
namespace {

using namespace std::chrono;

constexpr double kSecondsMin = -62135596800.0;  // 0001-01-01T00:00:00Z
constexpr double kSecondsMax = 253402300799.0;  // 9999-12-31T23:59:59Z

// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted, char other = '\0') {
  if (text.empty() || (text[0] != wanted && (other == '\0' || text[0] != other))) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_number(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month(unsigned(*m)), day(unsigned(*d))};
  if (!date.ok() || *y < 1) return std::nullopt;
  return sys_days{date};
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return milliseconds{0};
  int value = 0;
  std::size_t count = 0;
  for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    if (count < 3) value = value * 10 + (text[count] - '0');
  }
  if (count == 0) return std::nullopt;
  for (std::size_t i = count; i < 3; ++i) value *= 10;
  text.remove_prefix(count);
  return milliseconds{value};
}

// What must be subtracted to come to UTC.
std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z', 'z')) return minutes{0};
  const bool east = !text.empty() && text[0] == '+';
  if (!take(text, '+', '-')) return std::nullopt;
  const auto h = take_number(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || *h > 23 || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return east ? offset : -offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, 'T', 't')) return std::nullopt;
  const auto h = take_number(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take(text, ':')) return std::nullopt;
  const auto s = take_number(text, 2);
  if (!s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *date + hours{*h} + minutes{*m} + seconds{*s} + *fraction - *offset;
}

std::optional<Timestamp> timestamp_from_seconds(double seconds) {
  if (!(seconds >= kSecondsMin && seconds <= kSecondsMax)) return std::nullopt;
  return Timestamp{milliseconds{std::llround(seconds * 1000)}};
}

// Not by base/clock.hpp's functions: the system clock's nanoseconds end with the year 2262.
std::string format_timestamp(Timestamp time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                  clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
  return text + "Z";
}

}  // namespace bedplate::protocol
