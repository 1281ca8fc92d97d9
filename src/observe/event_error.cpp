#include "observe/event_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.hpp"
#include "observe/event_parameters.hpp"

namespace bedplate::observe {
namespace {

constexpr std::size_t kMessageBytesMax = 1024;  // as CloudTrail's
constexpr std::string_view kAt = "at ";

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The end of what a quote at `begin` opens: the quote that closes it, or the text's end.
std::size_t end_of_quotation(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    const bool within_a_word = quote == '\'' && i + 1 < text.size() && is_word(text[i + 1]);
    if (text[i] == quote && !within_a_word) return i;
  }
  return text.size();
}

/// `Value 'x' at 'userName' failed …`: the value may hold quotes itself, so it ends where the
/// member's name follows.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  const std::size_t at = text.find("' at '", begin);
  return at == std::string_view::npos ? end_of_quotation(text, begin) : at;
}

std::string without_quotations(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = text[i] == '"' || (text[i] == '\'' && (i == 0 || !is_word(text[i - 1])));
    out += text[i];
    if (!opens) continue;
    const bool value = out.ends_with("Value '");
    const std::size_t end = value ? end_of_value(text, i) : end_of_quotation(text, i);
    const std::string_view inner = text.substr(i + 1, end - i - 1);
    const bool member = out.size() > kAt.size() &&
                        std::string_view(out).substr(0, out.size() - 1).ends_with(kAt) &&
                        inner.find(' ') == std::string_view::npos;
    out += member ? inner : kHidden;
    if (end < text.size()) out += text[end];
    i = end;
  }
  return out;
}

/// Errors of authentication go on with the canonical request: headers, tokens, all of it.
std::string_view first_sentence(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  const std::size_t end = text.find(". ");
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

/// These are worded from the caller, the resource or the server's state.
bool repeats_no_content(const ApiError& error) {
  constexpr std::array<std::string_view, 7> kTypes{
      "AccessDeniedException",        "ResourceNotFoundException", "ThrottlingException",
      "ServiceUnavailableException",  "InternalServerException",   "ModelNotReadyException",
      "ServiceQuotaExceededException"};
  return std::find(kTypes.begin(), kTypes.end(), error.type) != kTypes.end();
}

}  // namespace

std::string event_error_code(const ApiError& error) {
  return error.type == "AccessDeniedException" ? "AccessDenied" : error.type;
}

std::string event_error_message(const ApiError& error, bool content) {
  std::string_view text = error.what();
  if (!is_valid_utf8(text)) return std::string(kHidden);
  if (error.origin == ErrorOrigin::kAuthentication) {
    text = first_sentence(text);
  } else if (content && !repeats_no_content(error)) {
    return std::string(kHidden);
  }
  std::string out = without_quotations(text);
  if (out.size() <= kMessageBytesMax) return out;
  std::size_t end = kMessageBytesMax;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  out.resize(end);
  return out;
}

}  // namespace bedplate::observe
