#include "operations/doors/form_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "wire/http.hpp"

namespace bedplate::operations {
namespace {

constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046
constexpr std::size_t kHeadBytesMax = 4'096;   // of one part
constexpr std::size_t kNameBytesMax = 256;
constexpr std::string_view kLineEnd = "\r\n";

ApiError malformed(std::string_view what) {
  return errors::validation(fmt::format("The form cannot be read: {}.", what));
}

/// The text up to `mark`, taken off the front together with it; nothing when there is no such mark.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return before;
}

/// A quoted text whose first quote has been taken off. Old clients escape by a backslash.
std::string take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\')) {
      c = text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  throw malformed("a quote has no end");
}

/// A parameter of a header: `name=value` behind a semicolon.
struct Parameter {
  std::string_view name;
  std::string value;
};

std::optional<Parameter> take_parameter(std::string_view& text) {
  text = trimmed(text);
  while (text.starts_with(';')) text = trimmed(text.substr(1));
  if (text.empty()) return std::nullopt;
  Parameter parameter;
  const auto name = take_until(text, "=");
  if (!name) throw malformed("a header's parameter has no value");
  parameter.name = trimmed(*name);
  text = trimmed(text);
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    parameter.value = take_quoted(text);
  } else {
    const std::string_view value = text.substr(0, text.find(';'));
    text.remove_prefix(value.size());
    parameter.value = trimmed(value);
  }
  return parameter;
}

std::string boundary_in(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  if (!wire::equal_ignoring_case(trimmed(type), "multipart/form-data")) {
    throw errors::validation("The request's Content-Type must be multipart/form-data.");
  }
  content_type.remove_prefix(type.size());
  while (const auto parameter = take_parameter(content_type)) {
    if (!wire::equal_ignoring_case(parameter->name, "boundary")) continue;
    if (parameter->value.empty() || parameter->value.size() > kBoundaryBytesMax) break;
    return parameter->value;
  }
  throw malformed("its Content-Type names no boundary");
}

/// Browsers write a quote and a line's end in a name so.
std::string unescaped(std::string name) {
  for (const auto& [escaped, plain] :
       {std::pair("%22", "\""), std::pair("%0D", "\r"), std::pair("%0A", "\n")}) {
    for (std::size_t at = 0; (at = name.find(escaped, at)) != name.npos; ++at) {
      name.replace(at, 3, plain);
    }
  }
  return name;
}

void read_disposition(std::string_view value, FormPart& part, bool& named) {
  const std::string_view kind = value.substr(0, value.find(';'));
  if (!wire::equal_ignoring_case(trimmed(kind), "form-data")) {
    throw malformed("a part is no form-data");
  }
  value.remove_prefix(kind.size());
  while (auto parameter = take_parameter(value)) {
    if (wire::equal_ignoring_case(parameter->name, "name")) {
      part.name = unescaped(std::move(parameter->value));
      named = true;
    } else if (parameter->name.size() >= 8 &&
               wire::equal_ignoring_case(parameter->name.substr(0, 8), "filename")) {
      part.is_file = true;  // filename, or filename*
    }
  }
}

/// The fields of a part's head, which ends with an empty line.
void read_head(std::string_view head, FormPart& part) {
  bool named = false;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find(kLineEnd));
    head.remove_prefix(std::min(head.size(), line.size() + kLineEnd.size()));
    const std::size_t colon = line.find(':');
    if (colon == line.npos) throw malformed("a part's header has no name");
    const std::string_view name = trimmed(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (wire::equal_ignoring_case(name, "content-disposition")) {
      read_disposition(value, part, named);
    } else if (wire::equal_ignoring_case(name, "content-transfer-encoding") &&
               !wire::equal_ignoring_case(value, "binary") &&
               !wire::equal_ignoring_case(value, "8bit") &&
               !wire::equal_ignoring_case(value, "7bit")) {
      throw malformed("a part is encoded");  // RFC 7578 4.7: not for forms
    }
  }
  if (!named || part.name.empty()) throw malformed("a part has no name");
  if (part.name.size() > kNameBytesMax || !is_valid_utf8(part.name)) {
    throw malformed("a part's name is too long, or no text");
  }
}

/// One part, from behind its boundary's line to before the next boundary.
FormPart read_part(std::string_view part) {
  FormPart out;
  const auto head = take_until(part, "\r\n\r\n");
  if (!head) throw malformed("a part's header has no end");
  if (head->size() > kHeadBytesMax) throw malformed("a part's header is too long");
  read_head(*head, out);
  out.content = part;
  return out;
}

}  // namespace

std::vector<FormPart> read_form_data(std::string_view content_type, std::string_view body) {
  const std::string boundary = "--" + boundary_in(content_type);
  const std::string delimiter = std::string(kLineEnd) + boundary;
  // What stands before the first boundary is for readers of mail.
  if (body.starts_with(boundary)) {
    body.remove_prefix(boundary.size());
  } else if (!take_until(body, delimiter)) {
    throw malformed("it does not begin with its boundary");
  }
  std::vector<FormPart> parts;
  while (!body.starts_with("--")) {
    // Blanks may stand behind a boundary.
    const auto rest = take_until(body, kLineEnd);
    if (!rest || !is_blank(*rest)) throw malformed("a boundary's line has no end");
    const auto part = take_until(body, delimiter);
    if (!part) throw malformed("its last boundary is missing");
    if (parts.size() == kFormPartsMax) throw malformed("it has too many parts");
    parts.push_back(read_part(*part));
  }
  return parts;
}

}  // namespace bedplate::operations
