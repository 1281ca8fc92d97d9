#include "documents/document_format.hpp"

#include <array>

namespace bedplate::documents {
namespace {

constexpr std::array<std::string_view, 9> kDocumentNames = {"pdf",  "csv",  "doc", "docx", "xls",
                                                            "xlsx", "html", "txt", "md"};
constexpr std::array<std::string_view, 4> kImageNames = {"png", "jpeg", "gif", "webp"};

template <class Format, std::size_t count>
std::optional<Format> find(const std::array<std::string_view, count>& names,
                           std::string_view name) {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == name) return static_cast<Format>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(DocumentFormat format) {
  return kDocumentNames[static_cast<std::size_t>(format)];
}

std::string_view name_of(ImageFormat format) {
  return kImageNames[static_cast<std::size_t>(format)];
}

std::optional<DocumentFormat> document_format(std::string_view name) {
  return find<DocumentFormat>(kDocumentNames, name);
}

std::optional<ImageFormat> image_format(std::string_view name) {
  return find<ImageFormat>(kImageNames, name);
}

}  // namespace bedplate::documents
