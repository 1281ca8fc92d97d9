#include "inference/families/body_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/api_error.hpp"

namespace bedplate::inference {
namespace json = boost::json;

void BodyViolations::add(std::string pointer, std::string what, std::string_view member) {
  if (texts_.empty()) {
    first_ = member.empty() ? pointer : fmt::format("{}/{}", pointer, member);
  }
  texts_.push_back(pointer.empty() ? std::move(what) : fmt::format("{}: {}", pointer, what));
}

namespace {

ApiError malformed(std::string_view prefix, const std::string& what) {
  return errors::validation(fmt::format(
      "{}Malformed input request: {}, please reformat your input and try again.", prefix, what));
}

}  // namespace

void BodyViolations::throw_if_any(std::string_view prefix) const {
  if (texts_.empty()) return;
  ApiError error = malformed(
      prefix, texts_.size() == 1 ? texts_.front()
                                 : fmt::format("{} schema violations found", texts_.size()));
  error.parameter = first_;
  throw error;
}

void BodyViolations::throw_all_if_any() const {
  if (!texts_.empty()) throw malformed("", fmt::format("{}", fmt::join(texts_, "")));
}

std::string_view json_type_name(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "Null";
    case json::kind::bool_:
      return "Boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "Integer";
    case json::kind::double_:
      return "Double";
    case json::kind::string:
      return "String";
    case json::kind::array:
      return "JSONArray";
    case json::kind::object:
      return "JSONObject";
  }
  return "";
}

void BodyReader::require(std::string_view key) {
  const json::value* value = object_.if_contains(key);
  if (value != nullptr) return;
  violations_.add(pointer_, fmt::format("required key [{}] not found", key), key);
}

const json::value* BodyReader::any(std::string_view key) {
  known_.emplace(key);
  const json::value* value = object_.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

namespace {

std::string wrong_type(std::string_view expected, const json::value& found) {
  return fmt::format("expected type: {}, found: {}", expected, json_type_name(found));
}

}  // namespace

const json::object* expect_object(const json::value& value, const std::string& pointer,
                                  BodyViolations& violations) {
  const json::object* object = value.if_object();
  if (object == nullptr) violations.add(pointer, wrong_type("JSONObject", value));
  return object;
}

std::optional<std::string> BodyReader::string(std::string_view key) {
  const json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (const json::string* text = value->if_string()) return std::string(*text);
  violations_.add(pointer_to(key), wrong_type("String", *value));
  return std::nullopt;
}

std::optional<std::string> BodyReader::filled_string(std::string_view key) {
  std::optional<std::string> text = string(key);
  if (!text || !text->empty()) return text;
  violations_.add(pointer_to(key), "expected minLength: 1, actual: 0");
  return std::nullopt;
}

std::optional<std::string> BodyReader::one_of(std::string_view key,
                                              std::initializer_list<std::string_view> values) {
  std::optional<std::string> text = string(key);
  if (!text || std::find(values.begin(), values.end(), *text) != values.end()) return text;
  violations_.add(pointer_to(key), fmt::format("{} is not a valid enum value", *text));
  return std::nullopt;
}

std::optional<bool> BodyReader::boolean(std::string_view key) {
  const json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (const bool* flag = value->if_bool()) return *flag;
  violations_.add(pointer_to(key), wrong_type("Boolean", *value));
  return std::nullopt;
}

std::optional<std::int64_t> BodyReader::integer(std::string_view key, std::int64_t min,
                                                std::int64_t max) {
  const json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  json::error_code not_integer;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(not_integer) : 0;
  if (!value->is_number() || not_integer) {
    violations_.add(pointer_to(key), wrong_type("Integer", *value));
    return std::nullopt;
  }
  if (number < min) {
    violations_.add(pointer_to(key), fmt::format("{} is not greater or equal to {}", number, min));
    return std::nullopt;
  }
  if (number > max) {
    violations_.add(pointer_to(key), fmt::format("{} is not less or equal to {}", number, max));
    return std::nullopt;
  }
  return number;
}

std::optional<double> BodyReader::number(std::string_view key, double min, double max) {
  const json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    violations_.add(pointer_to(key), wrong_type("Number", *value));
    return std::nullopt;
  }
  const double number = value->to_number<double>();
  if (number < min || number > max) {
    violations_.add(pointer_to(key),
                    number < min ? fmt::format("{} is not greater or equal to {}", number, min)
                                 : fmt::format("{} is not less or equal to {}", number, max));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> BodyReader::strings(std::string_view key, std::size_t count_max) {
  std::vector<std::string> texts;
  const json::array* list = array(key);
  if (list == nullptr) return texts;
  if (list->size() > count_max) {
    violations_.add(pointer_to(key), fmt::format("expected maximum item count: {}, found: {}",
                                                 count_max, list->size()));
    return texts;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::value& item = (*list)[i];
    if (const json::string* text = item.if_string()) {
      texts.emplace_back(*text);
    } else {
      violations_.add(fmt::format("{}/{}", pointer_to(key), i), wrong_type("String", item));
    }
  }
  return texts;
}

std::vector<std::string> BodyReader::filled_strings(std::string_view key, std::size_t count_max) {
  std::vector<std::string> texts = strings(key, count_max);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) {
      violations_.add(fmt::format("{}/{}", pointer_to(key), i), "expected minLength: 1, actual: 0");
    }
  }
  return texts;
}

std::vector<std::pair<const json::object*, std::string>> BodyReader::objects(std::string_view key) {
  std::vector<std::pair<const json::object*, std::string>> found;
  const json::array* list = array(key);
  if (list == nullptr) return found;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string where = fmt::format("{}/{}", pointer_to(key), i);
    if (const json::object* item = (*list)[i].if_object()) {
      found.emplace_back(item, std::move(where));
    } else {
      violations_.add(std::move(where), wrong_type("JSONObject", (*list)[i]));
    }
  }
  return found;
}

const json::object* BodyReader::object(std::string_view key) {
  const json::value* value = any(key);
  if (value == nullptr) return nullptr;
  if (const json::object* found = value->if_object()) return found;
  violations_.add(pointer_to(key), wrong_type("JSONObject", *value));
  return nullptr;
}

const json::array* BodyReader::array(std::string_view key) {
  const json::value* value = any(key);
  if (value == nullptr) return nullptr;
  if (const json::array* found = value->if_array()) return found;
  violations_.add(pointer_to(key), wrong_type("JSONArray", *value));
  return nullptr;
}

void BodyReader::refuse_extraneous() {
  for (const auto& [key, value] : object_) {
    if (!known_.contains(std::string_view(key))) {
      violations_.add(pointer_,
                      fmt::format("extraneous key [{}] is not permitted", std::string_view(key)),
                      key);
    }
  }
}

json::object parse_body_object(std::string_view text) {
  constexpr std::size_t kNestingMax = 128;
  json::error_code problem;
  json::parse_options options;
  options.max_depth = kNestingMax;
  json::value value = json::parse(text, problem, {}, options);
  if (problem || !value.is_object()) {
    throw errors::validation("Malformed input request, please reformat your input and try again.");
  }
  return std::move(value.as_object());
}

}  // namespace bedplate::inference
