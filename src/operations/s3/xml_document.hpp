// XML that a client sends: small documents, read whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate::operations::s3 {

/// An element with its text and children. Names are without their prefix: S3 reads documents with
/// and without its namespace.
struct XmlElement {
  std::string name;
  std::string text;
  std::vector<XmlElement> children;

  /// The first child of that name; nullptr when there is none.
  const XmlElement* find(std::string_view name) const;
  /// Its text; empty when there is none.
  std::string_view text_of(std::string_view name) const;
};

inline constexpr std::size_t kXmlElementsMax = 200'000;
inline constexpr std::size_t kXmlDepthMax = 16;

/// Throws S3Error MalformedXML for what is not well-formed, has another root, declares a document
/// type, or is beyond the bounds above.
XmlElement read_xml(std::string_view document, std::string_view root);

}  // namespace bedplate::operations::s3
