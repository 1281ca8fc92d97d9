#include "documents/formats/zip_archive.hpp"

#include <zip.h>

#include "documents/document_error.hpp"

namespace bedplate::documents {
namespace {

constexpr zip_int64_t kEntriesMax = 20'000;

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const {
  ::zip_discard(archive);
}

void ZipArchive::Part::Close::operator()(zip_file* file) const {
  ::zip_fclose(file);
}

ZipArchive::ZipArchive(std::string_view bytes, std::size_t unpacked_max_bytes)
    : left_bytes_(unpacked_max_bytes) {
  if (!bytes.starts_with("PK")) {
    throw DocumentError(DocumentFault::kWrongFormat, "the file is no ZIP archive");
  }
  zip_error_t error;
  ::zip_error_init(&error);
  zip_source_t* source = ::zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) archive_.reset(::zip_open_from_source(source, ZIP_RDONLY, &error));
  ::zip_error_fini(&error);
  if (!archive_) {
    if (source != nullptr) ::zip_source_free(source);
    throw DocumentError(DocumentFault::kUnreadable, "the ZIP archive is damaged");
  }
  if (::zip_get_num_entries(archive_.get(), 0) > kEntriesMax) {
    throw DocumentError(DocumentFault::kTooLarge, "the ZIP archive has too many files");
  }
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  const zip_int64_t count = ::zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = ::zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

bool ZipArchive::has(const std::string& name) const {
  return ::zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_NOCASE) >= 0;
}

ZipArchive::Part ZipArchive::open(const std::string& name) {
  const zip_int64_t index = ::zip_name_locate(archive_.get(), name.c_str(), ZIP_FL_NOCASE);
  if (index < 0) throw DocumentError(DocumentFault::kUnreadable, "a part of it is missing");
  zip_stat_t facts;
  ::zip_stat_init(&facts);
  ::zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(index), 0, &facts);
  if ((facts.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && facts.encryption_method != ZIP_EM_NONE) {
    throw DocumentError(DocumentFault::kEncrypted, "the ZIP archive is encrypted");
  }
  zip_file_t* file = ::zip_fopen_index(archive_.get(), static_cast<zip_uint64_t>(index), 0);
  if (file == nullptr) throw DocumentError(DocumentFault::kUnreadable, "a part of it is damaged");
  return {file, left_bytes_};
}

std::size_t ZipArchive::Part::read(char* buffer, std::size_t size) {
  const zip_int64_t count = ::zip_fread(file_.get(), buffer, size);
  if (count < 0) throw DocumentError(DocumentFault::kUnreadable, "a part of it is damaged");
  const auto bytes = static_cast<std::size_t>(count);
  if (bytes > left_) {
    throw DocumentError(DocumentFault::kTooLarge, "it unpacks to more than allowed");
  }
  left_ -= bytes;
  return bytes;
}

}  // namespace bedplate::documents
