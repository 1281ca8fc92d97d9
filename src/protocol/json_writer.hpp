// The generated structs as JSON text, keys in alphabetical order as AWS sends them.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "protocol/schema.hpp"

namespace bedplate::protocol {

/// Appends `text` as a JSON string. Bytes outside ASCII stay as they are.
void append_json_string(std::string& out, std::string_view text);
/// Appends a number as Java prints it in JSON: 0.5, 1.0, 1.0E10. Not a number becomes null.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, float value);
/// Appends a document, with numbers as above.
void append_json_document(std::string& out, const boost::json::value& document);

/// Appends a value of any shape. Absent members are left out.
void append_json(std::string& out, const Shape& shape, const void* value);
/// Appends an object of the members at Location::kBody only.
void append_json_body(std::string& out, const Shape& structure, const void* value);

/// The member's value; nullptr when it is absent.
inline const void* member_of(const Field& field, const void* structure) {
  const void* place = static_cast<const char*>(structure) + field.offset_bytes;
  return field.optional ? field.optional->get(place) : place;
}

}  // namespace bedplate::protocol
