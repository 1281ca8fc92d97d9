#include "documents/formats/text_decoder.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <regex>

#include "base/bytes.hpp"
#include "documents/bounded_text.hpp"

namespace bedplate::documents {
namespace {

/// Where HTML's standard looks for the declaration.
constexpr std::size_t kDeclarationWithinBytes = 1024;

std::string declared_encoding(std::string_view bytes) {
  static const std::regex pattern(R"re(charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40}))re",
                                  std::regex::icase);
  const std::string head(bytes.substr(0, kDeclarationWithinBytes));
  std::smatch match;
  return std::regex_search(head, match, pattern) ? match[1].str() : std::string();
}

struct Mark {
  std::string_view bytes;
  const char* encoding;
};
constexpr std::array<Mark, 3> kMarks = {Mark{"\xEF\xBB\xBF", "UTF-8"},
                                        Mark{std::string_view("\xFF\xFE", 2), "UTF-16LE"},
                                        Mark{std::string_view("\xFE\xFF", 2), "UTF-16BE"}};

iconv_t open_conversion(const std::string& from) {
  return ::iconv_open("UTF-8", from.c_str());
}

[[noreturn]] void refuse() {
  throw DocumentError(DocumentFault::kWrongFormat, "the file is no text");
}

/// Text has tabs and ends of lines, and hardly any other control character.
void check_is_text(std::string_view text) {
  std::size_t controls = 0;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code == 0) refuse();
    if (code < 32 && std::string_view("\t\n\r\f\v\b\x1B").find(character) == std::string_view::npos)
      ++controls;
  }
  if (controls * 50 > text.size()) refuse();
}

std::string convert(iconv_t conversion, std::string_view bytes, std::size_t text_max_bytes) {
  BoundedText text(text_max_bytes);
  std::array<char, 65536> buffer;
  char* in = const_cast<char*>(bytes.data());
  std::size_t in_left = bytes.size();
  while (in_left > 0) {
    char* out = buffer.data();
    std::size_t out_left = buffer.size();
    const std::size_t result = ::iconv(conversion, &in, &in_left, &out, &out_left);
    const int error = errno;
    text.append({buffer.data(), buffer.size() - out_left});
    if (result != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    text.append("\xEF\xBF\xBD");
    ++in;  // a byte that means nothing, or a character without its end
    --in_left;
  }
  return text.take();
}

/// "\r\n" and "\r" become "\n", and so does a form feed, which would look like a page's end.
std::string with_plain_line_ends(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') result += '\n';
    } else {
      result += text[i] == '\f' ? '\n' : text[i];
    }
  }
  return result;
}

}  // namespace

void TextDecoder::CloseConversion::operator()(void* conversion) const {
  ::iconv_close(conversion);
}

TextDecoder::TextDecoder(std::string_view bytes, bool is_html) {
  std::string encoding;
  for (const Mark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    mark_bytes_ = mark.bytes.size();
    encoding = mark.encoding;
    break;
  }
  if (encoding.empty() && is_valid_utf8(bytes)) encoding = "UTF-8";
  if (encoding == "UTF-8") return;
  if (encoding.empty() && is_html) encoding = declared_encoding(bytes);
  iconv_t conversion = open_conversion(encoding.empty() ? "WINDOWS-1252" : encoding);
  if (conversion == reinterpret_cast<iconv_t>(-1)) conversion = open_conversion("WINDOWS-1252");
  if (conversion == reinterpret_cast<iconv_t>(-1)) {
    throw DocumentError(DocumentFault::kReaderFailed,
                        "the C library cannot convert Windows-1252 (Debian package libc-bin)");
  }
  conversion_.reset(conversion);
}

std::string TextDecoder::decode(std::string_view bytes, std::size_t text_max_bytes) {
  bytes.remove_prefix(mark_bytes_);
  std::string converted;
  if (conversion_) {
    converted = convert(conversion_.get(), bytes, text_max_bytes);
    bytes = converted;
  } else if (bytes.size() > text_max_bytes) {
    throw DocumentError(DocumentFault::kTooLarge, "the file holds more text than allowed");
  } else if (!is_valid_utf8(bytes)) {
    refuse();  // a mark that promised UTF-8
  }
  check_is_text(bytes);
  return with_plain_line_ends(bytes);
}

std::string repaired_utf8(std::string text) {
  if (is_valid_utf8(text)) return text;
  const iconv_t conversion = open_conversion("UTF-8");
  if (conversion == reinterpret_cast<iconv_t>(-1)) {
    throw DocumentError(DocumentFault::kReaderFailed, "the C library cannot convert UTF-8");
  }
  constexpr std::size_t kReplacementBytes = 3;  // of one that was damaged
  std::string repaired = convert(conversion, text, kReplacementBytes * text.size());
  ::iconv_close(conversion);
  return repaired;
}

}  // namespace bedplate::documents
