#include "documents/formats/xlsx_values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <map>

namespace bedplate::documents {
namespace {

constexpr int kColumnsMax = 16384;
constexpr std::int64_t kSecondsOfDay = 86'400;

bool is_date_format(int id) {
  return (id >= 14 && id <= 22) || (id >= 45 && id <= 47 && id != 46) || (id >= 27 && id <= 36) ||
         (id >= 50 && id <= 58);
}

/// Letters of dates outside quotes, brackets and escapes. An elapsed time, "[h]:mm", is a number.
bool is_date_code(std::string_view code) {
  bool found = false;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char character = code[i];
    if (character == '\\' || character == '_' || character == '*') {
      ++i;
    } else if (character == '"' || character == '[') {
      const std::size_t end = code.find(character == '"' ? '"' : ']', i + 1);
      if (end == std::string_view::npos) return found;
      if (character == '[' && end == i + 2 && std::string_view("hms").find(code[i + 1]) <= 2) {
        return false;
      }
      i = end;
    } else if (std::string_view("ymdhsYMDHS").find(character) != std::string_view::npos) {
      found = true;
    }
  }
  return found;
}

bool parse(const std::string& text, double& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

int parse_int(const std::string& text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

CellFormats::CellFormats(XmlReader styles) {
  std::map<int, bool> own;
  bool in_cell_formats = false;
  while (styles.next()) {
    if (styles.starts("numFmt")) {
      own[parse_int(styles.attribute("numFmtId"))] = is_date_code(styles.attribute("formatCode"));
    } else if (styles.starts("cellXfs") || styles.ends("cellXfs")) {
      in_cell_formats = styles.starts("cellXfs");
    } else if (styles.starts("xf") && in_cell_formats) {
      const int id = parse_int(styles.attribute("numFmtId"));
      const auto found = own.find(id);
      is_date_.push_back(found != own.end() ? found->second : is_date_format(id));
    }
  }
}

bool CellFormats::is_date(std::size_t cell_format) const {
  return cell_format < is_date_.size() && is_date_[cell_format];
}

std::string number_text(const std::string& stored) {
  double number = 0;
  return parse(stored, number) ? fmt::format("{:.15g}", number) : stored;
}

std::string date_text(const std::string& stored, bool from_1904) {
  constexpr double kLastDay = 2'958'465;  // 9999-12-31
  double number = 0;
  if (!parse(stored, number) || number < 0 || number > kLastDay + 1) return stored;
  const auto seconds = static_cast<std::int64_t>(std::llround(number * double(kSecondsOfDay)));
  std::int64_t day = seconds / kSecondsOfDay;
  const std::int64_t rest = seconds % kSecondsOfDay;
  const std::string time = fmt::format("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
  if (day == 0 && !from_1904) return time;
  // Day 60 is 1900-02-29, which there was not: what comes before counts from a day later.
  using namespace std::chrono;
  const sys_days epoch =
      from_1904 ? sys_days(year{1904} / 1 / 1) : sys_days(year{1899} / 12 / (day < 60 ? 31 : 30));
  const year_month_day date(epoch + days(day));
  const std::string text = fmt::format("{:04}-{:02}-{:02}", int(date.year()),
                                       unsigned(date.month()), unsigned(date.day()));
  return rest == 0 ? text : text + " " + time;
}

int column_of(std::string_view reference) {
  int column = 0;
  std::size_t letters = 0;
  while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z') {
    column = column * 26 + (reference[letters] - 'A' + 1);
    if (column > kColumnsMax) return -1;
    ++letters;
  }
  return letters == 0 ? -1 : column - 1;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + '"';
}

}  // namespace bedplate::documents
