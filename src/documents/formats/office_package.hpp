// What docx and xlsx have in common: Office's Open XML packages (ECMA-376, part 2).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/xml_reader.hpp"
#include "documents/formats/zip_archive.hpp"

namespace bedplate::documents {

struct Relationship {
  std::string id;
  std::string type;    ///< the last part of its URI: "styles", "header"
  std::string target;  ///< a name in the archive
};

class OfficePackage {
 public:
  /// Throws DocumentError: kEncrypted for the container that Office makes of a package with a
  /// password, kMacros, and what ZipArchive throws.
  OfficePackage(std::string_view bytes, std::size_t unpacked_max_bytes);

  const std::string& main_part() const { return main_part_; }
  std::vector<Relationship> relationships(const std::string& part);
  bool has(const std::string& part) const { return archive_.has(part); }
  XmlReader open(const std::string& part) { return XmlReader(archive_.open(part)); }

 private:
  void refuse_macros();

  ZipArchive archive_;
  std::string main_part_;
};

/// True for the container of the older Office formats and of encrypted packages.
bool is_compound_file(std::string_view bytes);
/// Whether a compound file has a stream or storage of that name.
bool compound_file_has(std::string_view bytes, std::string_view name);

}  // namespace bedplate::documents
