#include "base/ids.hpp"

#include <string_view>

#include "base/bytes.hpp"

namespace bedplate {
namespace {

// 256 is not a multiple of 62, so a few letters are a little likelier; these are no secrets.
std::string pick(std::string_view alphabet, std::size_t count) {
  std::string out = random_bytes(count);
  for (char& c : out) c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return out;
}

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Random bytes for names that are no secrets: drawn in bulk, since every request needs some.
std::string bytes_for_a_name(std::size_t count) {
  constexpr std::size_t kBulk = 4096;
  thread_local std::string stock;
  thread_local std::size_t used = 0;
  if (used + count > stock.size()) {
    stock = random_bytes(kBulk);
    used = 0;
  }
  used += count;
  return stock.substr(used - count, count);
}

}  // namespace

std::string random_uuid() {
  std::string bytes = bytes_for_a_name(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes);
  for (std::size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

std::string random_base62(std::size_t count) {
  return pick(kBase64Url.substr(0, 62), count);
}

std::string random_base32(std::size_t count) {
  return pick("abcdefghijklmnopqrstuvwxyz234567", count);
}

std::string random_base36(std::size_t count) {
  return pick("abcdefghijklmnopqrstuvwxyz0123456789", count);
}

std::string random_tool_use_id() {
  return "tooluse_" + pick(kBase64Url, 22);
}

}  // namespace bedplate
