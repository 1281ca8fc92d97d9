#include "observe/audit_line.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/bytes.hpp"

namespace bedplate::observe {
namespace {

constexpr std::size_t kHexDigits = 64;
constexpr std::string_view kNumber = R"({"number":)";
constexpr std::string_view kPrevious = R"(,"previous":")";
constexpr std::string_view kEvent = R"(","event":)";
constexpr std::string_view kSeal = R"(,"seal":")";
constexpr std::string_view kEnd = R"("})";

// Takes `piece` off the front of `text`; false when it does not stand there.
bool take(std::string_view& text, std::string_view piece) {
  if (!text.starts_with(piece)) return false;
  text.remove_prefix(piece.size());
  return true;
}

}  // namespace

ChainPoint::ChainPoint() : hash(kHexDigits, '0') {}

std::string audit_line_hash(std::string_view text) {
  return hex_encode(as_view(sha256(text)));
}

std::string audit_seal(std::string_view key, std::string_view text) {
  return hex_encode(as_view(hmac_sha256(key, text)));
}

std::string make_audit_line(std::string_view key, std::uint64_t number, std::string_view previous,
                            std::string_view event) {
  std::string line;
  line.reserve(event.size() + 3 * kHexDigits);
  line += kNumber;
  line += std::to_string(number);
  line += kPrevious;
  line += previous;
  line += kEvent;
  line += event;
  const std::string seal = audit_seal(key, line);
  line += kSeal;
  line += seal;
  line += kEnd;
  return line;
}

std::optional<AuditLine> read_audit_line(std::string_view key, std::string_view text) {
  AuditLine line;
  std::string_view rest = text;
  if (!take(rest, kNumber)) return std::nullopt;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), line.number);
  if (error != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!take(rest, kPrevious) || rest.size() < kHexDigits) return std::nullopt;
  line.previous = rest.substr(0, kHexDigits);
  rest.remove_prefix(kHexDigits);
  if (!take(rest, kEvent)) return std::nullopt;
  // The seal has a fixed length, so it is found from the end, whatever the event holds.
  constexpr std::size_t kSealBytes = kSeal.size() + kHexDigits + kEnd.size();
  if (rest.size() < kSealBytes || !rest.ends_with(kEnd)) return std::nullopt;
  line.event = rest.substr(0, rest.size() - kSealBytes);
  std::string_view tail = rest.substr(line.event.size());
  if (!take(tail, kSeal)) return std::nullopt;
  const std::string expected = audit_seal(key, text.substr(0, text.size() - kSealBytes));
  line.sealed = equal_constant_time(expected, tail.substr(0, kHexDigits));
  return line;
}

}  // namespace bedplate::observe
