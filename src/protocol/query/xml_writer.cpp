#include "protocol/query/xml_writer.hpp"

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/timestamps.hpp"

namespace bedplate::protocol::query {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// U+FFFE and U+FFFF are no characters of XML.
bool is_noncharacter(std::string_view rest) {
  return rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF");
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\r':
      out += "&#xD;";  // a bare one would be read back as a line feed
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if ((byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7F) {
    out += kReplacement;
  } else {
    out += c;
  }
}

std::string scalar_text(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kString:
      return *static_cast<const std::string*>(value);
    case Kind::kBlob:
      return base64_encode(*static_cast<const Blob*>(value));
    case Kind::kTimestamp:
      return format_timestamp(*static_cast<const Timestamp*>(value));
    default:
      break;
  }
  std::string text;
  append_json(text, shape, value);  // numbers and booleans read the same
  return text;
}

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
  const bool utf8 = is_valid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      append_ascii(out, text[i]);
    } else if (!utf8) {
      out += kReplacement;
    } else if (is_noncharacter(text.substr(i))) {
      out += kReplacement;
      i += 2;
    } else {
      out += text[i];
    }
  }
}

void XmlWriter::indent() {
  out_.append(2 * depth_, ' ');
}

void XmlWriter::open(std::string_view name, std::string_view xml_namespace) {
  indent();
  out_.append("<").append(name);
  if (!xml_namespace.empty()) {
    out_ += " xmlns=\"";
    append_xml_text(out_, xml_namespace);
    out_ += '"';
  }
  out_ += ">\n";
  ++depth_;
}

void XmlWriter::close(std::string_view name) {
  --depth_;
  indent();
  out_.append("</").append(name).append(">\n");
}

void XmlWriter::leaf(std::string_view name, std::string_view text) {
  indent();
  out_.append("<").append(name).append(">");
  append_xml_text(out_, text);
  out_.append("</").append(name).append(">\n");
}

void XmlWriter::empty(std::string_view name) {
  indent();
  out_.append("<").append(name).append("/>\n");
}

void XmlWriter::value(std::string_view name, const Shape& shape, const void* value) {
  switch (shape.kind) {
    case Kind::kList:
      list(name, shape, value);
      return;
    case Kind::kMap:
      map(name, shape, value);
      return;
    case Kind::kStructure:
    case Kind::kUnion:
      open(name);
      members(shape, value);
      close(name);
      return;
    default:
      leaf(name, scalar_text(shape, value));
  }
}

void XmlWriter::members(const Shape& structure, const void* value) {
  for (const Field& field : structure.fields) {
    if (const void* member = member_of(field, value)) this->value(field.name, *field.shape, member);
  }
}

void XmlWriter::list(std::string_view name, const Shape& shape, const void* value) {
  const std::size_t size = shape.list->size(value);
  if (size == 0) return empty(name);
  open(name);
  for (std::size_t i = 0; i < size; ++i) {
    this->value("member", *shape.element, shape.list->at(value, i));
  }
  close(name);
}

void XmlWriter::map(std::string_view name, const Shape& shape, const void* value) {
  if (shape.map->size(value) == 0) return empty(name);
  struct Visit {
    XmlWriter& writer;
    const Shape& element;
  } visit{*this, *shape.element};
  open(name);
  shape.map->each(value, &visit, [](void* raw, const std::string& key, const void* each) {
    auto& to = *static_cast<Visit*>(raw);
    to.writer.open("entry");
    to.writer.leaf("key", key);
    to.writer.value("value", to.element, each);
    to.writer.close("entry");
  });
  close(name);
}

}  // namespace bedplate::protocol::query
