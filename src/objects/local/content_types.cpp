#include "objects/local/content_types.hpp"

#include <array>
#include <utility>

#include "wire/http.hpp"

namespace bedplate::objects {

std::string content_type_of(std::string_view key) {
  // Of IANA's registry, what Bedrock's operations read and write.
  constexpr std::array<std::pair<std::string_view, const char*>, 24> kTypes = {{
      {"csv", "text/csv"},
      {"doc", "application/msword"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"gif", "image/gif"},
      {"gz", "application/gzip"},
      {"htm", "text/html"},
      {"html", "text/html"},
      {"jpeg", "image/jpeg"},
      {"jpg", "image/jpeg"},
      {"json", "application/json"},
      {"jsonl", "application/jsonl"},
      {"md", "text/markdown"},
      {"mp3", "audio/mpeg"},
      {"mp4", "video/mp4"},
      {"pdf", "application/pdf"},
      {"png", "image/png"},
      {"txt", "text/plain"},
      {"wav", "audio/wav"},
      {"webp", "image/webp"},
      {"xls", "application/vnd.ms-excel"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"xml", "application/xml"},
      {"yaml", "application/yaml"},
      {"zip", "application/zip"},
  }};
  const std::size_t dot = key.find_last_of("./");
  if (dot != key.npos && key[dot] == '.') {
    for (const auto& [extension, type] : kTypes) {
      if (wire::equal_ignoring_case(key.substr(dot + 1), extension)) return type;
    }
  }
  return kDefaultContentType;
}

}  // namespace bedplate::objects
