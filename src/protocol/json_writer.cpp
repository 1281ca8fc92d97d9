#include "protocol/json_writer.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "protocol/timestamps.hpp"

namespace bedplate::protocol {
namespace {

namespace json = boost::json;

constexpr bool needs_escape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

template <class Float>
void append_float(std::string& out, Float value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const Float size = std::fabs(value);
  const bool plain = size == 0 || (size >= Float(1e-3) && size < Float(1e7));
  char buffer[64];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  const std::string_view text(buffer, std::size_t(end - buffer));
  const std::size_t exponent = text.find('e');
  out += text.substr(0, exponent);
  if (text.substr(0, exponent).find('.') == std::string_view::npos) out += ".0";
  if (exponent == std::string_view::npos) return;
  out += 'E';
  int power = 0;
  const char* digits = buffer + exponent + 1 + (text[exponent + 1] == '+');
  std::from_chars(digits, end, power);
  append_integer(out, power);
}

// Writes "{" or "," before each member.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) {}
  void key(std::string_view name) {
    out_ += std::exchange(first_, false) ? '{' : ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  void close() { out_ += first_ ? "{}" : "}"; }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_list(std::string& out, const Shape& shape, const void* list) {
  out += '[';
  for (std::size_t i = 0, size = shape.list->size(list); i < size; ++i) {
    if (i > 0) out += ',';
    append_json(out, *shape.element, shape.list->at(list, i));
  }
  out += ']';
}

void append_map(std::string& out, const Shape& shape, const void* map) {
  struct Context {
    std::string& out;
    Object object;
    const Shape& element;
  } context{out, Object(out), *shape.element};
  shape.map->each(map, &context, [](void* raw, const std::string& key, const void* value) {
    auto& to = *static_cast<Context*>(raw);
    to.object.key(key);
    append_json(to.out, to.element, value);
  });
  context.object.close();
}

void append_members(std::string& out, const Shape& shape, const void* value, bool body_only) {
  Object object(out);
  for (const std::uint16_t index : shape.fields_sorted) {
    const Field& field = shape.fields[index];
    if (body_only && field.location != Location::kBody) continue;
    const void* member = member_of(field, value);
    if (!member) continue;
    object.key(field.name);
    append_json(out, *field.shape, member);
  }
  object.close();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(static_cast<unsigned char>(text[i]))) continue;
    out.append(text, start, i - start);
    append_escape(out, static_cast<unsigned char>(text[i]));
    start = i + 1;
  }
  out.append(text, start);
  out += '"';
}

void append_json_number(std::string& out, double value) {
  append_float(out, value);
}
void append_json_number(std::string& out, float value) {
  append_float(out, value);
}

void append_json_document(std::string& out, const json::value& document) {
  switch (document.kind()) {
    case json::kind::double_:
      append_json_number(out, document.get_double());
      return;
    case json::kind::string:
      append_json_string(out, document.get_string());
      return;
    case json::kind::array: {
      out += '[';
      bool first = true;
      for (const json::value& element : document.get_array()) {
        if (!std::exchange(first, false)) out += ',';
        append_json_document(out, element);
      }
      out += ']';
      return;
    }
    case json::kind::object: {
      Object object(out);
      for (const auto& member : document.get_object()) {
        object.key(member.key());
        append_json_document(out, member.value());
      }
      object.close();
      return;
    }
    case json::kind::int64:
      append_integer(out, document.get_int64());
      return;
    case json::kind::uint64:
      append_integer(out, document.get_uint64());
      return;
    case json::kind::bool_:
      out += document.get_bool() ? "true" : "false";
      return;
    case json::kind::null:
      out += "null";
      return;
  }
}

void append_json(std::string& out, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kBoolean:
      out += *static_cast<const bool*>(value) ? "true" : "false";
      return;
    case Kind::kInteger:
      append_integer(out, *static_cast<const std::int32_t*>(value));
      return;
    case Kind::kLong:
      append_integer(out, *static_cast<const std::int64_t*>(value));
      return;
    case Kind::kFloat:
      append_float(out, *static_cast<const float*>(value));
      return;
    case Kind::kDouble:
      append_float(out, *static_cast<const double*>(value));
      return;
    case Kind::kString:
      append_json_string(out, *static_cast<const std::string*>(value));
      return;
    case Kind::kBlob:
      out += '"';
      out += base64_encode(*static_cast<const Blob*>(value));
      out += '"';
      return;
    case Kind::kTimestamp:
      append_json_string(out, format_timestamp(*static_cast<const Timestamp*>(value)));
      return;
    case Kind::kDocument:
      append_json_document(out, *static_cast<const json::value*>(value));
      return;
    case Kind::kList:
      append_list(out, shape, value);
      return;
    case Kind::kMap:
      append_map(out, shape, value);
      return;
    case Kind::kStructure:
    case Kind::kUnion:
      append_members(out, shape, value, false);
      return;
  }
}

void append_json_body(std::string& out, const Shape& structure, const void* value) {
  append_members(out, structure, value, true);
}

}  // namespace bedplate::protocol
