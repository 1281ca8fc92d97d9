#include "operations/s3/xml_document.hpp"

#include <libxml/xmlreader.h>

#include <climits>
#include <memory>

#include "operations/s3/s3_error.hpp"

namespace bedplate::operations::s3 {
namespace {

// No network, no messages on standard error.
constexpr int kOptions =
    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;

struct Free {
  void operator()(xmlTextReader* reader) const { ::xmlFreeTextReader(reader); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// Builds the elements as the reader meets them. `open_` points into the tree, which does not move
/// while an element is open: only the innermost one's children grow.
class Builder {
 public:
  void start(std::string_view name, bool empty) {
    if (++count_ > kXmlElementsMax || open_.size() >= kXmlDepthMax) throw malformed_xml();
    XmlElement* element = &root_;
    if (!open_.empty()) element = &open_.back()->children.emplace_back();
    element->name = name;
    if (!empty) open_.push_back(element);
  }
  void text(std::string_view text) {
    if (!open_.empty()) open_.back()->text += text;
  }
  void end() { open_.pop_back(); }
  XmlElement take() { return std::move(root_); }

 private:
  XmlElement root_;
  std::vector<XmlElement*> open_;
  std::size_t count_ = 0;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view wanted) const {
  for (const XmlElement& child : children) {
    if (child.name == wanted) return &child;
  }
  return nullptr;
}

std::string_view XmlElement::text_of(std::string_view wanted) const {
  const XmlElement* child = find(wanted);
  return child == nullptr ? std::string_view() : std::string_view(child->text);
}

XmlElement read_xml(std::string_view document, std::string_view root) {
  if (document.empty() || document.size() > INT_MAX) throw malformed_xml();
  const std::unique_ptr<xmlTextReader, Free> reader(::xmlReaderForMemory(
      document.data(), static_cast<int>(document.size()), nullptr, nullptr, kOptions));
  if (!reader) throw malformed_xml();
  Builder builder;
  int result = 0;
  while ((result = ::xmlTextReaderRead(reader.get())) == 1) {
    switch (::xmlTextReaderNodeType(reader.get())) {
      case XML_READER_TYPE_ELEMENT:
        builder.start(view(::xmlTextReaderConstLocalName(reader.get())),
                      ::xmlTextReaderIsEmptyElement(reader.get()) == 1);
        break;
      case XML_READER_TYPE_END_ELEMENT:
        builder.end();
        break;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        builder.text(view(::xmlTextReaderConstValue(reader.get())));
        break;
      case XML_READER_TYPE_DOCUMENT_TYPE:
      case XML_READER_TYPE_ENTITY_REFERENCE:
        throw malformed_xml();  // entity bombs need them, S3's clients do not
      default:
        break;  // comments, instructions
    }
  }
  if (result < 0) throw malformed_xml();
  XmlElement element = builder.take();
  if (element.name != root) throw malformed_xml();
  return element;
}

}  // namespace bedplate::operations::s3
