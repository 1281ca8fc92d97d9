#include "storage/sql/connection.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace bedplate::storage::sql {
namespace {

void check(std::span<const Parameter> parameters) {
  for (const Parameter& parameter : parameters) {
    const auto* text = std::get_if<std::string_view>(&parameter);
    if (text == nullptr) continue;
    if (text->find('\0') != std::string_view::npos) {
      throw std::invalid_argument("a text for the store holds a NUL character");
    }
    if (!is_valid_utf8(*text)) throw std::invalid_argument("a text for the store is not UTF-8");
  }
}

}  // namespace

std::int64_t Row::integer(std::size_t column) const {
  if (const auto* number = std::get_if<std::int64_t>(&values_[column])) return *number;
  const auto* text = std::get_if<std::string>(&values_[column]);
  std::int64_t number = 0;
  if (text != nullptr) {
    const char* end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, number);
    if (parsed.ec == std::errc{} && parsed.ptr == end) return number;
  }
  throw std::logic_error("a column of the store is no number");
}

std::string Row::text(std::size_t column) const {
  if (const auto* text = std::get_if<std::string>(&values_[column])) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&values_[column])) {
    return std::to_string(*number);
  }
  return {};
}

Rows Connection::query(std::string_view sql, std::span<const Parameter> parameters) {
  check(parameters);
  return run(sql, parameters).rows;
}

std::int64_t Connection::execute(std::string_view sql, std::span<const Parameter> parameters) {
  check(parameters);
  return run(sql, parameters).changed;
}

}  // namespace bedplate::storage::sql
