#include "inference/engines/converse_documents.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace bedplate::inference {
namespace {

constexpr std::size_t kNameBytesMax = 200;

/// Letters, digits, "-_()[]" and single spaces; everything else becomes a hyphen.
std::string allowed_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool mark = std::string_view("_-()[] ").find(c) != std::string_view::npos;
    const char allowed = plain || mark ? c : '-';
    const bool repeated = !out.empty() && out.back() == allowed && (c == ' ' || allowed != c);
    if (!repeated) out += allowed;
  }
  if (out.size() > kNameBytesMax) out.resize(kNameBytesMax);
  return out.find_first_not_of(" -") == std::string::npos ? "document" : out;
}

std::string text_of(const DocumentBlock& document) {
  std::string text;
  for (const std::string& part : document.parts) {
    if (!text.empty()) text += "\n\n";
    text += part;
  }
  return text.empty() ? "\n" : text;  // scanned pages have none; empty bytes are refused
}

}  // namespace

std::string ConverseDocuments::free_name(const std::string& name) {
  std::string free = name;
  for (int number = 2; !names_.insert(free).second; ++number) {
    const std::string suffix = fmt::format(" ({})", number);
    free = name.substr(0, kNameBytesMax - suffix.size()) + suffix;
  }
  return free;
}

boost::json::object ConverseDocuments::write(const DocumentBlock& document) {
  boost::json::object source;
  source["bytes"] = base64_encode(text_of(document));
  boost::json::object out;
  out["format"] = "txt";
  out["name"] = free_name(allowed_name(document.name));
  out["source"] = std::move(source);
  if (!document.context.empty()) out["context"] = document.context;
  return out;
}

}  // namespace bedplate::inference
