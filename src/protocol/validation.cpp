#include "protocol/validation.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "protocol/pattern.hpp"

namespace bedplate::protocol {
namespace {

// Bounds of an error's text, whatever the request holds.
constexpr std::size_t kEchoedBytesMax = 1024;
constexpr std::size_t kTextBytesMax = 32 * 1024;

std::size_t count_code_points(std::string_view text) {
  return std::size_t(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_enum_value(const Shape& shape, std::string_view text) {
  return std::find(shape.enum_values.begin(), shape.enum_values.end(), text) !=
         shape.enum_values.end();
}

bool enforces_enum(const Shape& shape) {
  return !shape.enum_values.empty() && !shape.open;
}

std::string enum_text(const Shape& shape) {
  return fmt::format("Member must satisfy enum value set: [{}]",
                     fmt::join(shape.enum_values, ", "));
}

std::string pattern_text(const Shape& shape) {
  return fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern);
}

bool is_number(const Shape& shape) {
  return shape.kind <= Kind::kDouble;
}

std::string_view measure(const Shape& shape) {
  return is_number(shape) ? "value" : "length";
}

std::string max_text(const Shape& shape) {
  return fmt::format("Member must have {} less than or equal to {}", measure(shape),
                     shape.range.max_text);
}

std::string min_text(const Shape& shape) {
  return fmt::format("Member must have {} greater than or equal to {}", measure(shape),
                     shape.range.min_text);
}

void check_range(const Shape& shape, double measured, std::vector<std::string>& broken) {
  if (shape.range.max && measured > *shape.range.max) broken.push_back(max_text(shape));
  if (shape.range.min && measured < *shape.range.min) broken.push_back(min_text(shape));
}

std::string join_path(std::string text, std::string_view part) {
  if (!text.empty()) text += '.';
  return text.append(part);
}

std::string spelled(std::string_view name, MemberNames names) {
  std::string text(name);
  if (names == MemberNames::kLowerFirst && !text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    text[0] = char(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::string Path::framework_text() const {
  std::string text;
  for (const Part& part : parts_) {
    if (part.index == kNoIndex) {
      text = join_path(std::move(text), spelled(part.name, names_));
    } else if (part.index == kKey) {
      text = join_path(join_path(std::move(text), part.name), "member");
    } else {
      text = join_path(std::move(text), fmt::format("{}.member", part.index + 1));
    }
  }
  return text;
}

std::string Path::service_text() const {
  std::string text;
  for (const Part& part : parts_) {
    const bool named = part.index == kNoIndex || part.index == kKey;
    text = join_path(std::move(text), named ? std::string(part.name) : fmt::to_string(part.index));
  }
  return text;
}

void Violations::add(std::string_view value, const Path& path, std::string_view constraint) {
  ++count_;
  if (text_.size() > kTextBytesMax) return;
  text_ +=
      fmt::format("{}Value {}{}at '{}' failed to satisfy constraint: {}", text_.empty() ? "" : "; ",
                  value, value.empty() ? "" : " ", path.framework_text(), constraint);
}

void Violations::add_union(const Shape& shape, const Path& path, bool none_set) {
  if (!union_text_.empty()) return;
  std::vector<std::string_view> names;
  for (const Field& field : shape.fields) names.push_back(field.name);
  union_text_ =
      fmt::format("{} object at {} must set {} of the following keys: {}.", shape.name,
                  path.service_text(), none_set ? "one" : "only one", fmt::join(names, ", "));
}

std::string Violations::message() const {
  if (count_ == 0) return union_text_;
  return fmt::format("{} validation error{} detected: {}", count_, count_ == 1 ? "" : "s", text_);
}

std::string in_quotes(std::string_view text) {
  if (text.size() <= kEchoedBytesMax) return fmt::format("'{}'", text);
  std::size_t end = kEchoedBytesMax;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not inside a character
  return fmt::format("'{}...'", text.substr(0, end));
}

std::string java_number(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const bool plain = std::fabs(value) >= 1e-3 && std::fabs(value) < 1e7;
  char buffer[64];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  std::string text(buffer, end);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  // 1e+10 → 1.0E10
  const std::size_t mark = text.find('e');
  std::string mantissa = text.substr(0, mark);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return fmt::format("{}E{}", mantissa, std::stoi(text.substr(mark + 1)));
}

std::vector<std::string> constraint_texts(const Shape& shape) {
  std::vector<std::string> texts;
  if (shape.range.max) texts.push_back(max_text(shape));
  if (shape.range.min) texts.push_back(min_text(shape));
  if (!shape.pattern.empty()) texts.push_back(pattern_text(shape));
  if (enforces_enum(shape)) texts.push_back(enum_text(shape));
  return texts;
}

std::vector<std::string> broken_by_text(const Shape& shape, std::string_view text) {
  std::vector<std::string> broken;
  if (enforces_enum(shape) && !is_enum_value(shape, text)) broken.push_back(enum_text(shape));
  const bool has_range = shape.range.min || shape.range.max;
  const std::size_t length = has_range ? count_code_points(text) : 0;
  const bool too_long = shape.range.max && double(length) > *shape.range.max;
  // A text too long by far is not worth the matcher's time.
  const bool matchable = !too_long || text.size() < 64 * 1024;
  if (!shape.pattern.empty() && (!matchable || !matches_pattern(shape.pattern, text))) {
    broken.push_back(pattern_text(shape));
  }
  check_range(shape, double(length), broken);
  return broken;
}

std::vector<std::string> broken_by_number(const Shape& shape, double value) {
  std::vector<std::string> broken;
  check_range(shape, value, broken);
  return broken;
}

std::vector<std::string> broken_by_length(const Shape& shape, std::size_t length) {
  std::vector<std::string> broken;
  check_range(shape, double(length), broken);
  return broken;
}

}  // namespace bedplate::protocol
