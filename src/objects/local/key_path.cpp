#include "objects/local/key_path.hpp"

#include "base/bytes.hpp"

namespace bedplate::objects {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr char kFolderMark = '+';

std::optional<int> digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return {};
}

}  // namespace

bool is_natural_key(std::string_view key) {
  if (key.find('\0') != key.npos) return false;
  for (;;) {
    const std::size_t slash = key.find('/');
    const std::string_view name = key.substr(0, slash);
    if (name.empty() || name == "." || name == ".." || name.size() > kNameBytesMax) return false;
    if (slash == key.npos) return true;
    key.remove_prefix(slash + 1);
  }
}

std::string escape_piece(std::string_view piece, bool folder) {
  std::string out = hex_encode(piece);
  if (folder) out += kFolderMark;
  return out;
}

std::string escaped_key_path(std::string_view key) {
  std::string out;
  while (key.size() > kEscapedPieceBytes) {
    out += escape_piece(key.substr(0, kEscapedPieceBytes), true);
    out += '/';
    key.remove_prefix(kEscapedPieceBytes);
  }
  return out + escape_piece(key, false);
}

std::optional<std::string> unescape_piece(std::string_view component, bool folder) {
  if (folder) {
    if (!component.ends_with(kFolderMark)) return {};
    component.remove_suffix(1);
    if (component.size() != 2 * kEscapedPieceBytes) return {};
  }
  if (component.empty() || component.size() % 2 != 0 || component.size() > 2 * kEscapedPieceBytes) {
    return {};
  }
  std::string out;
  for (std::size_t i = 0; i < component.size(); i += 2) {
    const auto high = digit(component[i]);
    const auto low = digit(component[i + 1]);
    if (!high || !low) return {};
    out += static_cast<char>(*high * 16 + *low);
  }
  return out;
}

}  // namespace bedplate::objects
