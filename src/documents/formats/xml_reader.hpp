// XML from an archive's part, node by node and never as a whole in memory.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "documents/formats/zip_archive.hpp"

struct _xmlTextReader;

namespace bedplate::documents {

/// Names are without their prefix: Office writes the same elements in two families of namespaces.
class XmlReader {
 public:
  explicit XmlReader(ZipArchive::Part part);
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  enum class Node { kStart, kEnd, kText };
  /// False at the end. Every kStart has its kEnd. Throws DocumentError: kUnreadable for what is
  /// not well-formed or nests too deeply, kWrongFormat for a document type declaration, which
  /// Office files do not have and entity bombs need.
  bool next();
  Node node() const { return node_; }
  bool starts(std::string_view name) const { return node_ == Node::kStart && name == this->name(); }
  bool ends(std::string_view name) const { return node_ == Node::kEnd && name == this->name(); }
  std::string_view name() const;  ///< of the element that starts or ends
  std::string_view text() const;  ///< of kText; entities are resolved
  /// Of the element that starts; empty when it has none.
  std::string attribute(std::string_view name) const;
  /// From an element's kStart to its kEnd.
  void skip_element();

 private:
  struct Free {
    void operator()(_xmlTextReader* reader) const;
  };
  static int read_more(void* self, char* buffer, int size);

  ZipArchive::Part part_;
  std::exception_ptr failure_;  ///< of part_, while libxml2's frames are below
  std::unique_ptr<_xmlTextReader, Free> reader_;
  Node node_ = Node::kEnd;
  bool end_is_due_ = false;  ///< after an element without content
};

}  // namespace bedplate::documents
