#include "documents/formats/xml_reader.hpp"

#include <libxml/xmlreader.h>

#include "documents/document_error.hpp"

namespace bedplate::documents {
namespace {

// No network, no messages on standard error; libxml2's own limits of depth (256), of names and of
// texts (10 MB) stay in force.
constexpr int kOptions =
    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;

[[noreturn]] void refuse() {
  const xmlError* error = ::xmlGetLastError();
  const int code = error != nullptr ? error->code : XML_ERR_OK;
  if (code == XML_ERR_NO_MEMORY) {  // also what libxml2 2.9 says of a text above its limit
    throw DocumentError(DocumentFault::kTooLarge, "its XML holds too long a text");
  }
  if (code == XML_ERR_ENTITY_LOOP) {
    throw DocumentError(DocumentFault::kWrongFormat, "its XML declares entities of entities");
  }
  throw DocumentError(DocumentFault::kUnreadable, "its XML is damaged");
}

/// What libxml2 would print; the last error is kept all the same.
#if LIBXML_VERSION >= 21200
void print_nothing(void*, const xmlError*) {}
#else
void print_nothing(void*, xmlError*) {}
#endif

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

}  // namespace

void XmlReader::Free::operator()(xmlTextReader* reader) const {
  ::xmlFreeTextReader(reader);
}

XmlReader::XmlReader(ZipArchive::Part part) : part_(std::move(part)) {
  ::xmlResetLastError();
  ::xmlSetStructuredErrorFunc(nullptr, &print_nothing);
  reader_.reset(::xmlReaderForIO(&read_more, nullptr, this, nullptr, nullptr, kOptions));
  if (failure_) std::rethrow_exception(failure_);
  if (!reader_) refuse();
}

int XmlReader::read_more(void* self, char* buffer, int size) {
  auto* reader = static_cast<XmlReader*>(self);
  try {
    return static_cast<int>(reader->part_.read(buffer, static_cast<std::size_t>(size)));
  } catch (...) {
    reader->failure_ = std::current_exception();
    return -1;
  }
}

bool XmlReader::next() {
  if (std::exchange(end_is_due_, false)) {
    node_ = Node::kEnd;
    return true;
  }
  while (true) {
    const int result = ::xmlTextReaderRead(reader_.get());
    if (failure_) std::rethrow_exception(failure_);
    if (result == 0) return false;
    if (result < 0) refuse();
    switch (::xmlTextReaderNodeType(reader_.get())) {
      case XML_READER_TYPE_ELEMENT:
        node_ = Node::kStart;
        end_is_due_ = ::xmlTextReaderIsEmptyElement(reader_.get()) == 1;
        return true;
      case XML_READER_TYPE_END_ELEMENT:
        node_ = Node::kEnd;
        return true;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        node_ = Node::kText;
        return true;
      case XML_READER_TYPE_DOCUMENT_TYPE:
      case XML_READER_TYPE_ENTITY_REFERENCE:
        throw DocumentError(DocumentFault::kWrongFormat, "its XML declares a document type");
      default:
        break;  // comments, instructions
    }
  }
}

std::string_view XmlReader::name() const {
  return view(::xmlTextReaderConstLocalName(reader_.get()));
}

std::string_view XmlReader::text() const {
  return view(::xmlTextReaderConstValue(reader_.get()));
}

std::string XmlReader::attribute(std::string_view name) const {
  std::string value;
  int more = ::xmlTextReaderMoveToFirstAttribute(reader_.get());
  while (more == 1) {
    if (view(::xmlTextReaderConstLocalName(reader_.get())) == name) {
      value = view(::xmlTextReaderConstValue(reader_.get()));
      break;
    }
    more = ::xmlTextReaderMoveToNextAttribute(reader_.get());
  }
  ::xmlTextReaderMoveToElement(reader_.get());
  return value;
}

void XmlReader::skip_element() {
  std::size_t open = 1;
  while (open > 0 && next()) {
    if (node_ == Node::kStart) ++open;
    if (node_ == Node::kEnd) --open;
  }
}

}  // namespace bedplate::documents
