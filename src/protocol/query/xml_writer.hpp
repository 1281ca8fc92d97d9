// The XML that the query protocol answers with: elements and text, indented as AWS does.
#pragma once

#include <string>
#include <string_view>

#include "protocol/schema.hpp"

namespace bedplate::protocol::query {

/// Appends text so that an XML 1.0 parser reads it back. What XML cannot carry (most control
/// characters, bytes that are not UTF-8) becomes U+FFFD.
void append_xml_text(std::string& out, std::string_view text);

/// Writes one document. Every open() has its close().
class XmlWriter {
 public:
  /// `xml_namespace` is left out when empty.
  void open(std::string_view name, std::string_view xml_namespace = {});
  void close(std::string_view name);
  /// An element with nothing but text.
  void leaf(std::string_view name, std::string_view text);
  /// An element with nothing in it.
  void empty(std::string_view name);
  /// A value of any shape as the element `name`.
  void value(std::string_view name, const Shape& shape, const void* value);
  /// The members of a structure, in the model's order. Absent ones are left out.
  void members(const Shape& structure, const void* value);

  std::string take() { return std::move(out_); }

 private:
  void indent();
  void list(std::string_view name, const Shape& shape, const void* value);
  void map(std::string_view name, const Shape& shape, const void* value);

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace bedplate::protocol::query
