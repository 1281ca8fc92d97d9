#include "protocol/json_reader.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <cmath>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "protocol/timestamps.hpp"

namespace bedplate::protocol {
namespace {

namespace json = boost::json;

// The longest list or map whose elements an error echoes.
constexpr std::size_t kEchoedElementsMax = 20;

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::kBoolean:
      return "a Boolean";
    case Kind::kInteger:
      return "an Integer";
    case Kind::kLong:
      return "a Long";
    case Kind::kFloat:
      return "a Float";
    case Kind::kDouble:
      return "a Double";
    case Kind::kTimestamp:
      return "a Date";
    default:
      return "a String";
  }
}

std::string_view token_name(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
  return value.is_string() ? "STRING_VALUE" : "NUMBER_VALUE";
}

bool is_scalar(Kind kind) {
  return kind <= Kind::kTimestamp;
}

// The texts are those that AWS's framework answered in probes of its services; the one for a
// structure where none belongs was recorded from Bedrock itself.
[[noreturn]] void wrong_type(Kind wanted, const json::value& found) {
  if (found.is_object()) {
    throw errors::serialization("Start of structure or map found where not expected");
  }
  if (found.is_array()) throw errors::serialization("Start of list found where not expected");
  if (wanted == Kind::kList) throw errors::serialization("Expected list or null");
  if (!is_scalar(wanted)) throw errors::serialization("Expected null");
  if (wanted == Kind::kBlob) {
    throw errors::serialization("only base-64-encoded strings are convertible to bytes");
  }
  throw errors::serialization(
      fmt::format("{} can not be converted to {}", token_name(found), type_name(wanted)));
}

// The integer a JSON number stands for; 2.0 is one, 2.5 and what a long cannot hold are not.
std::optional<std::int64_t> integer_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (!value.is_double()) return std::nullopt;
  const double number = value.get_double();
  if (std::trunc(number) != number || std::fabs(number) >= 0x1p63) return std::nullopt;
  return std::int64_t(number);
}

std::optional<double> number_of(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.to_number<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string echo(const json::value& value, Kind kind) {
  if (value.is_null()) return "null";
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number() && (kind == Kind::kFloat || kind == Kind::kDouble || value.is_double())) {
    return java_number(value.to_number<double>());
  }
  return json::serialize(value);
}

// [a, b] as Java prints a list of scalars; nothing when it is long.
std::string echo_list(const json::array& list) {
  if (list.size() > kEchoedElementsMax) return {};
  std::vector<std::string> parts;
  for (const json::value& value : list) {
    if (value.is_object() || value.is_array()) return {};
    parts.push_back(echo(value, Kind::kString));
  }
  return in_quotes(fmt::format("[{}]", fmt::join(parts, ", ")));
}

std::string echo_map(const json::object& map) {
  if (map.size() > kEchoedElementsMax) return {};
  std::vector<std::string> parts;
  for (const auto& [key, value] : map) {
    if (value.is_object() || value.is_array()) return {};
    parts.push_back(fmt::format("{}={}", std::string_view(key), echo(value, Kind::kString)));
  }
  return in_quotes(fmt::format("{{{}}}", fmt::join(parts, ", ")));
}

std::string echo_scalar(const Shape& shape, const json::value& value) {
  return shape.kind == Kind::kBlob ? std::string(kHiddenValue) : in_quotes(echo(value, shape.kind));
}

std::string together(std::string_view head, const Shape& shape) {
  return fmt::format("{} must satisfy constraint: [{}]", head,
                     fmt::join(constraint_texts(shape), ", "));
}

}  // namespace

json::value parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error == json::error::too_deep) {
    throw errors::serialization("The request body nests too deeply");
  }
  if (error) throw errors::serialization("The request body is not valid JSON");
  return value;
}

void Reader::report(const Broken& broken, std::string_view value) {
  for (const std::string& constraint : broken) {
    violations_.add(hidden_ ? kHiddenValue : value, path_, constraint);
  }
}

void Reader::count_elements(std::size_t count) {
  elements_ += count;
  if (elements_ > kElementsMax) {
    throw errors::validation(
        fmt::format("The request has more than {} list elements and map entries", kElementsMax));
  }
}

void Reader::missing(const Field& field) {
  path_.push_member(field.name);
  report({"Member must not be null"}, kNullValue);
  path_.pop();
}

void Reader::check_length(const Shape& shape, std::size_t length) {
  report(broken_by_length(shape, length), kHiddenValue);
}

void Reader::throw_if_broken() const {
  if (!violations_.empty()) throw errors::validation(violations_.message());
}

void Reader::read_value(const Shape& shape, const json::value& value, void* out) {
  hidden_ += shape.sensitive;
  switch (shape.kind) {
    case Kind::kStructure:
      read_structure(shape, value, out, false);
      break;
    case Kind::kUnion:
      read_union(shape, value, out);
      break;
    case Kind::kList:
      read_list(shape, value, out);
      break;
    case Kind::kMap:
      read_map(shape, value, out);
      break;
    case Kind::kDocument:
      *static_cast<json::value*>(out) = value;
      break;
    default: {
      const Broken broken = read_scalar(shape, value, out);
      if (!broken.empty()) report(broken, echo_scalar(shape, value));
    }
  }
  hidden_ -= shape.sensitive;
}

void Reader::read_structure(const Shape& shape, const json::value& value, void* out,
                            bool body_only) {
  if (!value.is_object()) wrong_type(shape.kind, value);
  const json::object& object = value.get_object();
  for (const Field& field : shape.fields) {
    if (body_only && field.location != Location::kBody) continue;
    const json::value* member = object.if_contains(field.name);
    if (member && !member->is_null()) {
      read_member(field, out, [&](void* place) { read_value(*field.shape, *member, place); });
    } else if (field.required) {
      missing(field);
    }
  }
}

void Reader::read_union(const Shape& shape, const json::value& value, void* out) {
  if (!value.is_object()) wrong_type(shape.kind, value);
  const json::object& object = value.get_object();
  int set = 0;
  for (const Field& field : shape.fields) {
    const json::value* member = object.if_contains(field.name);
    if (!member || member->is_null()) continue;
    ++set;
    read_member(field, out, [&](void* place) { read_value(*field.shape, *member, place); });
  }
  if (set != 1) violations_.add_union(shape, path_, set == 0);
}

void Reader::read_list(const Shape& shape, const json::value& value, void* out) {
  if (!value.is_array()) wrong_type(shape.kind, value);
  const json::array& array = value.get_array();
  count_elements(array.size());
  report(broken_by_length(shape, array.size()), echo_list(array));
  shape.list->reserve(out, array.size());
  const Shape& element = *shape.element;
  bool element_broken = false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    void* place = shape.list->append(out);
    path_.push_index(i);
    if (array[i].is_null()) {
      report({"Member must not be null"}, kNullValue);
    } else if (is_scalar(element.kind)) {
      element_broken |= !read_scalar(element, array[i], place).empty();
    } else {
      read_value(element, array[i], place);
    }
    path_.pop();
  }
  // A scalar element's constraints are reported with its list, all of them, broken or not.
  if (element_broken) {
    hidden_ += element.sensitive;
    report({together("Member", element)}, echo_list(array));
    hidden_ -= element.sensitive;
  }
}

void Reader::read_map(const Shape& shape, const json::value& value, void* out) {
  if (!value.is_object()) wrong_type(shape.kind, value);
  const json::object& object = value.get_object();
  count_elements(object.size());
  const Shape& element = *shape.element;
  const bool sensitive = shape.key->sensitive || element.sensitive;
  hidden_ += sensitive;
  report(broken_by_length(shape, object.size()), echo_map(object));
  bool key_broken = false, value_broken = false;
  for (const auto& member : object) {
    key_broken |= !broken_by_text(*shape.key, member.key()).empty();
    void* place = shape.map->insert(out, member.key());
    path_.push_key(member.key());
    if (member.value().is_null()) {
      report({"Member must not be null"}, kNullValue);
    } else if (is_scalar(element.kind)) {
      value_broken |= !read_scalar(element, member.value(), place).empty();
    } else {
      read_value(element, member.value(), place);
    }
    path_.pop();
  }
  if (key_broken) report({together("Map keys", *shape.key)}, echo_map(object));
  if (value_broken) report({together("Map value", element)}, echo_map(object));
  hidden_ -= sensitive;
}

Reader::Broken Reader::read_scalar(const Shape& shape, const json::value& value, void* out) {
  switch (shape.kind) {
    case Kind::kBoolean:
      if (!value.is_bool()) wrong_type(shape.kind, value);
      *static_cast<bool*>(out) = value.get_bool();
      return {};
    case Kind::kInteger:
    case Kind::kLong:
      return read_integer(shape, value, out);
    case Kind::kFloat:
    case Kind::kDouble: {
      const auto number = number_of(value);
      if (!number) wrong_type(shape.kind, value);
      if (shape.kind == Kind::kFloat) {
        *static_cast<float*>(out) = float(*number);
      } else {
        *static_cast<double*>(out) = *number;
      }
      return broken_by_number(shape, *number);
    }
    case Kind::kBlob:
      return read_blob(shape, value, out);
    case Kind::kTimestamp:
      read_timestamp(value, out);
      return {};
    default: {
      if (!value.is_string()) wrong_type(shape.kind, value);
      const std::string_view text = value.get_string();
      static_cast<std::string*>(out)->assign(text);
      return broken_by_text(shape, text);
    }
  }
}

Reader::Broken Reader::read_integer(const Shape& shape, const json::value& value, void* out) {
  const auto number = number_of(value);
  if (!number) wrong_type(shape.kind, value);
  Broken broken = broken_by_number(shape, *number);
  const auto integer = integer_of(value);
  const bool is_long = shape.kind == Kind::kLong;
  const bool fits = integer && (is_long || std::in_range<std::int32_t>(*integer));
  // What the type cannot hold breaks the range, if there is one, before it is a wrong type.
  if (!fits && (broken.empty() || std::trunc(*number) != *number)) wrong_type(shape.kind, value);
  if (!fits) return broken;
  if (is_long) {
    *static_cast<std::int64_t*>(out) = *integer;
  } else {
    *static_cast<std::int32_t*>(out) = std::int32_t(*integer);
  }
  return broken;
}

Reader::Broken Reader::read_blob(const Shape& shape, const json::value& value, void* out) {
  if (!value.is_string()) wrong_type(shape.kind, value);
  auto bytes = base64_decode(value.get_string());
  if (!bytes) wrong_type(shape.kind, value);
  Broken broken = broken_by_length(shape, bytes->size());
  *static_cast<Blob*>(out) = std::move(*bytes);
  return broken;
}

void Reader::read_timestamp(const json::value& value, void* out) {
  std::optional<Timestamp> time;
  if (value.is_string()) time = parse_timestamp(value.get_string());
  if (value.is_number()) time = timestamp_from_seconds(value.to_number<double>());
  if (!time) wrong_type(Kind::kTimestamp, value);
  *static_cast<Timestamp*>(out) = *time;
}

void Reader::read_text(const Shape& shape, std::string_view text, void* out) {
  json::value value = json::string(text);
  if (shape.kind == Kind::kBoolean && (text == "true" || text == "false")) value = text == "true";
  if (shape.kind <= Kind::kDouble && shape.kind != Kind::kBoolean) {
    json::error_code error;
    json::value number = json::parse(text, error);
    if (!error && number.is_number()) value = std::move(number);
  }
  read_value(shape, value, out);
}

}  // namespace bedplate::protocol
