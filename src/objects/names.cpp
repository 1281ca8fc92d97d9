// The names that buckets and objects may have.
#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "objects/object_uri.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {
namespace {

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Four numbers and three dots.
bool looks_like_address(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         name.find_first_not_of("0123456789.") == name.npos;
}

}  // namespace

// Amazon S3 User Guide, "General purpose bucket naming rules".
bool is_valid_bucket_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kReservedPrefixes = {"xn--", "sthree-",
                                                                 "amzn-s3-demo-"};
  constexpr std::array<std::string_view, 5> kReservedSuffixes = {"-s3alias", "--ol-s3", ".mrap",
                                                                 "--x-s3", "--table-s3"};
  if (name.size() < 3 || name.size() > 63) return false;
  if (!is_lower_or_digit(name.front()) || !is_lower_or_digit(name.back())) return false;
  const auto allowed = [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; };
  if (!std::all_of(name.begin(), name.end(), allowed)) return false;
  if (name.find("..") != name.npos || looks_like_address(name)) return false;
  return std::none_of(kReservedPrefixes.begin(), kReservedPrefixes.end(),
                      [&](auto prefix) { return name.starts_with(prefix); }) &&
         std::none_of(kReservedSuffixes.begin(), kReservedSuffixes.end(),
                      [&](auto suffix) { return name.ends_with(suffix); });
}

void check_key(std::string_view key) {
  if (key.empty()) throw ObjectsError(ErrorKind::kInvalidArgument, "The key is empty.");
  if (key.size() > kKeyBytesMax) throw objects_error(ErrorKind::kKeyTooLong);
  if (!is_valid_utf8(key)) {
    throw ObjectsError(ErrorKind::kInvalidArgument, "The key is not valid UTF-8.");
  }
}

ObjectUri ObjectUri::below(std::string_view name) const {
  ObjectUri out = *this;
  if (!out.key.empty() && !out.key.ends_with('/')) out.key += '/';
  out.key += name;
  return out;
}

ObjectUri parse_object_uri(std::string_view text) {
  constexpr std::string_view kScheme = "s3://";
  if (!text.starts_with(kScheme) || text.size() == kScheme.size()) {
    throw ObjectsError(ErrorKind::kInvalidUri, "An S3 URI has the form s3://bucket/key.");
  }
  text.remove_prefix(kScheme.size());
  const std::size_t slash = text.find('/');
  ObjectUri out;
  out.bucket = text.substr(0, slash);
  if (slash != text.npos) out.key = text.substr(slash + 1);
  if (!is_valid_bucket_name(out.bucket)) throw objects_error(ErrorKind::kInvalidBucketName);
  if (!out.key.empty()) check_key(out.key);
  return out;
}

}  // namespace bedplate::objects
