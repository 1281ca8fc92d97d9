#include "documents/formats/office_package.hpp"

#include "documents/document_error.hpp"

namespace bedplate::documents {
namespace {

std::string_view checked(std::string_view bytes) {
  if (!is_compound_file(bytes)) return bytes;
  if (compound_file_has(bytes, "EncryptedPackage")) {
    throw DocumentError(DocumentFault::kEncrypted, "it opens with a password only");
  }
  throw DocumentError(DocumentFault::kWrongFormat, "it is of the older Office format");
}

std::string folder_of(const std::string& part) {
  const std::size_t slash = part.rfind('/');
  return slash == std::string::npos ? std::string() : part.substr(0, slash + 1);
}

/// "../media/x" seen from "word/" is "media/x"; a leading slash starts at the archive's root.
std::string resolve(std::string folder, std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  while (target.starts_with("../")) {
    target.remove_prefix(3);
    if (!folder.empty()) folder.pop_back();
    folder = folder_of(folder);
  }
  return folder + std::string(target);
}

}  // namespace

bool is_compound_file(std::string_view bytes) {
  return bytes.starts_with(std::string_view("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8));
}

bool compound_file_has(std::string_view bytes, std::string_view name) {
  std::string entry;  // directory entries hold their names in UTF-16, little end first
  for (const char character : name) {
    entry += character;
    entry += '\0';
  }
  entry += std::string_view("\0\0", 2);
  return bytes.find(entry) != std::string_view::npos;
}

OfficePackage::OfficePackage(std::string_view bytes, std::size_t unpacked_max_bytes)
    : archive_(checked(bytes), unpacked_max_bytes) {
  if (!archive_.has("[Content_Types].xml") || !archive_.has("_rels/.rels")) {
    throw DocumentError(DocumentFault::kWrongFormat, "it is a ZIP archive, but no Office file");
  }
  refuse_macros();
  for (const Relationship& relationship : relationships("")) {
    if (relationship.type == "officeDocument") main_part_ = relationship.target;
  }
  if (!archive_.has(main_part_)) {
    throw DocumentError(DocumentFault::kWrongFormat, "the package has no document");
  }
}

void OfficePackage::refuse_macros() {
  const auto refuse = [] { throw DocumentError(DocumentFault::kMacros, "it carries macros"); };
  for (const std::string& name : archive_.names()) {
    if (name.ends_with("vbaProject.bin")) refuse();
  }
  XmlReader reader = open("[Content_Types].xml");
  while (reader.next()) {
    if (reader.node() != XmlReader::Node::kStart) continue;
    const std::string type = reader.attribute("ContentType");
    if (type.find("macroEnabled") != std::string::npos ||
        type.find("vbaProject") != std::string::npos) {
      refuse();
    }
  }
}

std::vector<Relationship> OfficePackage::relationships(const std::string& part) {
  const std::string folder = folder_of(part);
  const std::string name = folder + "_rels/" + part.substr(folder.size()) + ".rels";
  std::vector<Relationship> found;
  if (!archive_.has(name)) return found;
  XmlReader reader = open(name);
  while (reader.next()) {
    if (!reader.starts("Relationship") || reader.attribute("TargetMode") == "External") continue;
    const std::string type = reader.attribute("Type");
    found.push_back({.id = reader.attribute("Id"),
                     .type = type.substr(type.rfind('/') + 1),
                     .target = resolve(folder, reader.attribute("Target"))});
  }
  return found;
}

}  // namespace bedplate::documents
