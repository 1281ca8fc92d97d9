// If-Match and its relatives, and ranges of bytes.
#include <charconv>

#include "base/text.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {
namespace {

/// Whether `list`, the value of If-Match or If-None-Match, names the ETag. Clients send them with
/// and without quotes.
bool names(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view item = trimmed(list.substr(0, comma));
    list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item.size() >= 2 && item.front() == '"' && item.back() == '"') {
      item = item.substr(1, item.size() - 2);
    }
    if (item == etag) return true;
  }
  return false;
}

std::chrono::sys_seconds whole_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
  return value;
}

ObjectsError not_modified(const ObjectInfo& info) {
  ObjectsError error = objects_error(ErrorKind::kNotModified);
  error.etag = info.etag;
  return error;
}

}  // namespace

void check_read_conditions(const Conditions& conditions, const ObjectInfo& info) {
  const auto modified = whole_seconds(info.last_modified);
  if (conditions.if_match) {
    if (!names(*conditions.if_match, info.etag)) {
      throw objects_error(ErrorKind::kPreconditionFailed);
    }
  } else if (conditions.if_unmodified_since &&
             modified > whole_seconds(*conditions.if_unmodified_since)) {
    throw objects_error(ErrorKind::kPreconditionFailed);
  }
  if (conditions.if_none_match) {
    if (names(*conditions.if_none_match, info.etag)) throw not_modified(info);
  } else if (conditions.if_modified_since &&
             modified <= whole_seconds(*conditions.if_modified_since)) {
    throw not_modified(info);
  }
}

void check_write_conditions(const Conditions& conditions, const ObjectInfo* current) {
  if (conditions.if_match) {
    if (current == nullptr) throw objects_error(ErrorKind::kNoSuchKey);
    if (!names(*conditions.if_match, current->etag)) {
      throw objects_error(ErrorKind::kPreconditionFailed);
    }
  }
  if (conditions.if_none_match && current != nullptr &&
      names(*conditions.if_none_match, current->etag)) {
    throw objects_error(ErrorKind::kPreconditionFailed);
  }
}

std::optional<ByteRange> parse_range(std::string_view header) {
  constexpr std::string_view kUnit = "bytes=";
  header = trimmed(header);
  if (!header.starts_with(kUnit)) return {};
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == header.npos) return {};
  const std::string_view first = trimmed(header.substr(0, dash));
  const std::string_view last = trimmed(header.substr(dash + 1));
  ByteRange range;
  if (first.empty()) {
    range.suffix_bytes = number(last);
    return range.suffix_bytes ? std::optional(range) : std::nullopt;
  }
  range.first = number(first);
  if (!range.first) return {};
  if (!last.empty()) {
    range.last = number(last);
    if (!range.last || *range.last < *range.first) return {};
  }
  return range;
}

Span resolve_range(const ByteRange& range, std::uint64_t size_bytes) {
  const auto unsatisfiable = [&] {
    ObjectsError error = objects_error(ErrorKind::kInvalidRange);
    error.size_bytes = size_bytes;
    return error;
  };
  if (range.suffix_bytes) {
    if (*range.suffix_bytes == 0 || size_bytes == 0) throw unsatisfiable();
    const std::uint64_t bytes = std::min(*range.suffix_bytes, size_bytes);
    return {size_bytes - bytes, bytes};
  }
  const std::uint64_t first = range.first.value_or(0);
  if (first >= size_bytes) throw unsatisfiable();
  const std::uint64_t last = std::min(range.last.value_or(size_bytes - 1), size_bytes - 1);
  if (last < first) throw unsatisfiable();
  return {first, last - first + 1};
}

}  // namespace bedplate::objects
