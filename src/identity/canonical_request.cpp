#include "identity/canonical_request.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kSignatureParameter = "X-Amz-Signature";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Segments between slashes, in order, without the empty ones.
std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

std::string normalize_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view segment : split_path(path)) {
    if (segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

// One name or value of a query in canonical form.
std::string canonical_component(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  // A '%' that starts no escape stands for itself: the signature still covers every byte.
  const std::optional<std::string> decoded = uri_decode(spaced);
  return uri_encode(decoded ? *decoded : spaced);
}

void append_trimmed(std::string& out, std::string_view value) {
  bool pending = false;
  bool any = false;
  for (char c : value) {
    if (is_space(c)) {
      pending = any;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    any = true;
    out += c;
  }
}

void append_header(std::string& out, const wire::Headers& headers, std::string_view name) {
  out += name;
  out += ':';
  // Over HTTP/2 the JavaScript SDK signs `:authority`; the wire hands it on as `host`.
  const std::string_view received = name == ":authority" ? "host" : name;
  bool first = true;
  for (const auto& [field, value] : headers) {
    if (!wire::equal_ignoring_case(field, received)) continue;
    if (!first) out += ',';
    first = false;
    append_trimmed(out, value);
  }
  out += '\n';
}

}  // namespace

std::vector<std::string> parse_signed_headers(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    std::string name(text.substr(0, end));
    std::transform(name.begin(), name.end(), name.begin(), to_lower);
    if (!name.empty()) names.push_back(std::move(name));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string join_signed_headers(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string canonical_path(std::string_view path, PathForm form) {
  if (path.empty()) return "/";
  switch (form) {
    case PathForm::kAsSent:
      return uri_encode(path, true);
    case PathForm::kNormalized:
      return uri_encode(normalize_path(path), true);
    case PathForm::kEncodedOnce:
      break;
  }
  const std::optional<std::string> decoded = uri_decode(path);
  return uri_encode(decoded ? std::string_view(*decoded) : path, true);
}

std::string canonical_query(std::string_view query, bool presigned) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    const std::size_t equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    if (!item.empty() && !(presigned && name == kSignatureParameter)) {
      parameters.emplace_back(canonical_component(name),
                              equals == std::string_view::npos
                                  ? std::string()
                                  : canonical_component(item.substr(equals + 1)));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string canonical_request(const wire::Request& request,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, const CanonicalForm& form) {
  std::string out;
  out.reserve(512 + request.target.size());
  out += request.method;
  out += '\n';
  out += canonical_path(request.path(), form.path);
  out += '\n';
  out += canonical_query(request.query(), form.presigned);
  out += '\n';
  for (const std::string& name : signed_headers) append_header(out, request.headers, name);
  out += '\n';
  out += join_signed_headers(signed_headers);
  out += '\n';
  out += payload_hash;
  return out;
}

}  // namespace bedplate::identity
