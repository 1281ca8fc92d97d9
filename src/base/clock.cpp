#include "base/clock.hpp"

#include <fmt/format.h>

#include <array>

namespace bedplate {
namespace {

// What a 64-bit count of nanoseconds holds with room to spare, for the system clock does.
constexpr int kYearMin = 1970;
constexpr int kYearMax = 2200;

struct Civil {
  int year;
  unsigned month, day, weekday;
  int hour, minute, second, millisecond;
};

Civil civil(SystemClock::time_point time) {
  using namespace std::chrono;
  const auto ms = floor<milliseconds>(time);
  const auto day_point = floor<days>(ms);
  const year_month_day date{day_point};
  const hh_mm_ss clock{ms - day_point};
  return {int(date.year()),
          unsigned(date.month()),
          unsigned(date.day()),
          weekday{day_point}.c_encoding(),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count())};
}

// Digits only, or -1.
int number(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::string format_iso8601_ms(SystemClock::time_point time) {
  const Civil t = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", t.year, t.month, t.day, t.hour,
                     t.minute, t.second, t.millisecond);
}

std::string format_iso8601_s(SystemClock::time_point time) {
  const Civil t = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.year, t.month, t.day, t.hour,
                     t.minute, t.second);
}

std::string format_amz_date(SystemClock::time_point time) {
  const Civil t = civil(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", t.year, t.month, t.day, t.hour, t.minute,
                     t.second);
}

std::string format_http_date(SystemClock::time_point time) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil t = civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[t.weekday], t.day,
                     kMonths[t.month - 1], t.year, t.hour, t.minute, t.second);
}

std::optional<Timestamp> parse_amz_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const int y = number(text.substr(0, 4)), mo = number(text.substr(4, 2)),
            d = number(text.substr(6, 2)), h = number(text.substr(9, 2)),
            mi = number(text.substr(11, 2)), s = number(text.substr(13, 2));
  if (y < 0 || mo < 0 || d < 0 || h < 0 || mi < 0 || s < 0) return std::nullopt;
  const year_month_day date{year{y}, month{unsigned(mo)}, day{unsigned(d)}};
  if (!date.ok() || y < kYearMin || y > kYearMax || h > 23 || mi > 59 || s > 60) {
    return std::nullopt;
  }
  return sys_days{date} + hours{h} + minutes{mi} + seconds{s};
}

std::optional<Timestamp> parse_iso8601_s(std::string_view text) {
  if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  return parse_amz_date(fmt::format("{}{}{}{}{}", text.substr(0, 4), text.substr(5, 2),
                                    text.substr(8, 5), text.substr(14, 2), text.substr(17)));
}

}  // namespace bedplate
