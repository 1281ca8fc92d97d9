#include "inference/families/embedding_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.hpp"

namespace bedplate::inference {
namespace json = boost::json;
namespace {

bool is_one_of(std::initializer_list<std::string_view> values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string no_enum_value(std::string_view value) {
  return fmt::format("{} is not a valid enum value", value);
}

/// A float's shortest digits as a double: 0.1f is 0.1, not 0.10000000149.
double shortest(float value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  double number = 0;
  std::from_chars(digits.data(), written.ptr, number);
  return number;
}

}  // namespace

std::optional<std::string> read_choice(BodyReader& reader, std::string_view key,
                                       std::initializer_list<std::string_view> values) {
  auto value = reader.string(key);
  if (!value || is_one_of(values, *value)) return value;
  reader.violations().add(reader.pointer_to(key), no_enum_value(*value));
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_choices(
    BodyReader& reader, std::string_view key, std::initializer_list<std::string_view> values) {
  if (reader.any(key) == nullptr) return std::nullopt;
  std::vector<std::string> items = reader.strings(key, values.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (is_one_of(values, items[i])) continue;
    reader.violations().add(fmt::format("{}/{}", reader.pointer_to(key), i),
                            no_enum_value(items[i]));
  }
  return items;
}

std::optional<std::int64_t> read_dimensions(BodyReader& reader, std::string_view key,
                                            const std::vector<std::int64_t>& on_offer) {
  constexpr std::int64_t kAny = 1 << 30;
  const auto dimensions = reader.integer(key, -kAny, kAny);
  if (!dimensions || std::find(on_offer.begin(), on_offer.end(), *dimensions) != on_offer.end()) {
    return dimensions;
  }
  reader.violations().add(reader.pointer_to(key), no_enum_value(std::to_string(*dimensions)));
  return std::nullopt;
}

void check_length(const std::string& text, const std::string& pointer, std::size_t characters_max,
                  BodyViolations& violations) {
  const std::size_t characters = count_characters(text);
  if (characters == 0) {
    violations.add(pointer, "expected minLength: 1, actual: 0");
  } else if (characters > characters_max) {
    violations.add(pointer,
                   fmt::format("expected maxLength: {}, actual: {}", characters_max, characters));
  }
}

ApiError unreadable_input(std::string_view kind) {
  return errors::validation(
      fmt::format("The weights that serve this model here read no {} input. Send text, or bind the "
                  "model to an engine that reads it.",
                  kind));
}

json::array to_json(const std::vector<float>& vector) {
  json::array numbers;
  numbers.reserve(vector.size());
  for (const float value : vector) numbers.emplace_back(shortest(value));
  return numbers;
}

json::array to_json(const std::vector<std::int64_t>& numbers) {
  return json::array(numbers.begin(), numbers.end());
}

}  // namespace bedplate::inference
