// Generated structs to and from JSON, for code that is neither a request nor a response.
#pragma once

#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <vector>

#include "protocol/json_reader.hpp"
#include "protocol/json_writer.hpp"

namespace bedplate::protocol {

/// A struct as JSON text, e.g. `to_json_text(message)`.
template <class T>
std::string to_json_text(const T& value) {
  std::string out;
  append_json(out, T::kShape, &value);
  return out;
}

/// A struct as a JSON value.
boost::json::value to_json(const Shape& shape, const void* value);
template <class T>
boost::json::value to_json(const T& value) {
  return to_json(T::kShape, &value);
}

/// A struct from JSON. Throws ApiError as a request would: SerializationException for a wrong
/// type, ValidationException naming every broken constraint.
template <class T>
T from_json(const boost::json::value& json) {
  T value;
  Reader reader;
  reader.read_value(T::kShape, json, &value);
  reader.throw_if_broken();
  return value;
}

/// What an optional list holds, nothing when it is absent: `for (auto& tool : items(tools))`.
template <class Holder>
auto items(const Holder& holder) -> std::span<const typename Holder::value_type::value_type> {
  if (!holder) return {};
  return {holder->data(), holder->size()};
}
template <class T>
std::span<const T> items(const std::vector<T>& list) {
  return {list.data(), list.size()};
}

}  // namespace bedplate::protocol
