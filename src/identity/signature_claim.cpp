#include "identity/signature_claim.hpp"

#include <array>

#include "base/api_error.hpp"
#include "base/bytes.hpp"
#include "identity/canonical_request.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kSchemePrefix = "AWS4-";
// Nanoseconds since 1970, which the formatting of dates counts, end in 2262.
constexpr Timestamp kDateMin = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
constexpr Timestamp kDateMax = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};
constexpr std::size_t kRegionBytesMax = 32;
constexpr std::size_t kSignedHeadersMax = 128;  // each costs a pass over the request's headers

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string hashed(std::string_view text) {
  return base64_encode(as_view(sha256(text)));
}

// The decoded value of a query parameter; throws when it is given twice.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    const std::size_t equals = item.find('=');
    if (item.substr(0, equals) == name) {
      if (found) {
        throw errors::incomplete_signature(
            fmt::format("AWS query-string parameter '{}' must be given once.", name));
      }
      const std::string_view raw =
          equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
      std::optional<std::string> decoded = uri_decode(raw);
      found = decoded ? std::move(*decoded) : std::string(raw);
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return found;
}

// The header's value; throws when it is given twice, for then it is not clear which one counts.
std::string_view single_header(const wire::Request& request, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [field, value] : request.headers) {
    if (!wire::equal_ignoring_case(field, name)) continue;
    if (found) {
      throw errors::incomplete_signature(fmt::format("Header '{}' must be given once.", name));
    }
    found = &value;
  }
  return found ? trim(*found) : std::string_view{};
}

void set_signed_headers(SignatureClaim& claim, std::string_view text) {
  if (std::count(text.begin(), text.end(), ';') >= std::ptrdiff_t(kSignedHeadersMax)) {
    throw errors::incomplete_signature(
        fmt::format("No more than {} headers can be signed.", kSignedHeadersMax));
  }
  claim.signed_headers = parse_signed_headers(text);
}

// Credential, SignedHeaders and Signature of the header, in any order, divided by commas or blanks.
struct HeaderParts {
  std::optional<std::string_view> credential, signed_headers, signature;
};

HeaderParts split_authorization(std::string_view header, std::string_view parameters) {
  HeaderParts parts;
  while (!parameters.empty()) {
    const std::size_t end = parameters.find_first_of(", \t");
    const std::string_view item = parameters.substr(0, end);
    parameters.remove_prefix(end == std::string_view::npos ? parameters.size() : end + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      throw errors::incomplete_signature(
          fmt::format("Invalid key=value pair (missing equal-sign) in Authorization header (hashed "
                      "with SHA-256 and encoded with Base64): '{}'.",
                      hashed(header)));
    }
    const std::string_view key = item.substr(0, equals);
    auto* slot = key == "Credential"      ? &parts.credential
                 : key == "SignedHeaders" ? &parts.signed_headers
                 : key == "Signature"     ? &parts.signature
                                          : nullptr;
    if (!slot) continue;
    if (*slot) {
      throw errors::incomplete_signature(
          fmt::format("Authorization header parameter '{}' must be given once.", key));
    }
    *slot = item.substr(equals + 1);
  }
  return parts;
}

SignatureClaim read_header_claim(const wire::Request& request, std::string_view header) {
  const std::size_t algorithm_end = header.find_first_of(" \t");
  const std::string_view algorithm = header.substr(0, algorithm_end);
  if (algorithm.find('=') != std::string_view::npos) {
    throw errors::incomplete_signature(
        "Authorization header must begin with the algorithm name, which cannot include an "
        "equal-sign.");
  }
  const HeaderParts parts = split_authorization(header, algorithm_end == std::string_view::npos
                                                            ? std::string_view{}
                                                            : header.substr(algorithm_end));
  std::string_view date = single_header(request, "x-amz-date");
  if (date.empty()) date = single_header(request, "date");

  std::string missing;
  const auto require = [&missing](bool present, std::string_view text) {
    if (!present) missing += fmt::format("Authorization header requires {} ", text);
  };
  require(parts.credential && !parts.credential->empty(), "'Credential' parameter.");
  require(parts.signature && !parts.signature->empty(), "'Signature' parameter.");
  require(parts.signed_headers.has_value(), "'SignedHeaders' parameter.");
  require(!date.empty(), "existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (!missing.empty()) {
    throw errors::incomplete_signature(
        fmt::format("{}(Hashed with SHA-256 and encoded with Base64) Authorization={}", missing,
                    hashed(header)));
  }
  SignatureClaim claim;
  claim.algorithm = algorithm;
  claim.credential = *parts.credential;
  claim.signature = *parts.signature;
  claim.date = date;
  claim.session_token = single_header(request, "x-amz-security-token");
  set_signed_headers(claim, *parts.signed_headers);
  return claim;
}

SignatureClaim read_query_claim(std::string_view query) {
  static constexpr std::array<std::string_view, 5> kRequired{"X-Amz-Algorithm", "X-Amz-Credential",
                                                             "X-Amz-Signature",
                                                             "X-Amz-SignedHeaders", "X-Amz-Date"};
  std::array<std::string, 5> values;
  std::string missing;
  for (std::size_t i = 0; i < kRequired.size(); ++i) {
    values[i] = query_parameter(query, kRequired[i]).value_or("");
    if (values[i].empty()) {
      missing += fmt::format("AWS query-string parameters must include '{}'. ", kRequired[i]);
    }
  }
  if (!missing.empty()) {
    throw errors::incomplete_signature(missing + "Re-examine the query-string parameters.");
  }
  SignatureClaim claim;
  claim.in_query = true;
  claim.algorithm = std::move(values[0]);
  claim.credential = std::move(values[1]);
  claim.signature = std::move(values[2]);
  set_signed_headers(claim, values[3]);
  claim.date = std::move(values[4]);
  claim.expires_seconds = query_parameter(query, "X-Amz-Expires");
  claim.session_token = query_parameter(query, "X-Amz-Security-Token").value_or("");
  return claim;
}

int month_number(std::string_view name) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t at = kMonths.find(name);
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

// Fri, 02 Jan 2026 03:04:05 GMT
std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  const int month = month_number(text.substr(8, 3));
  if (month == 0) return std::nullopt;
  const std::string basic =
      fmt::format("{}{:02}{}T{}{}{}Z", text.substr(12, 4), month, text.substr(5, 2),
                  text.substr(17, 2), text.substr(20, 2), text.substr(23, 2));
  return parse_amz_date(basic);
}

}  // namespace

std::string CredentialScope::text() const {
  return fmt::format("{}/{}/{}/{}", date, region, service, terminator);
}

bool is_region_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !text.empty() && text.size() <= kRegionBytesMax &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

std::optional<CredentialScope> parse_credential(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, slash);
    text.remove_prefix(slash + 1);
  }
  if (text.find('/') != std::string_view::npos) return std::nullopt;
  parts[4] = text;
  return CredentialScope{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]),
                         std::string(parts[3]), std::string(parts[4])};
}

std::optional<SignatureClaim> read_signature_claim(const wire::Request& request) {
  const std::string_view header = single_header(request, "authorization");
  const bool presigned = query_parameter(request.query(), "X-Amz-Algorithm").has_value();
  if (presigned && !header.empty()) {
    throw errors::invalid_signature(
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  if (presigned) return read_query_claim(request.query());
  if (!header.starts_with(kSchemePrefix)) return std::nullopt;
  return read_header_claim(request, header);
}

std::optional<CredentialScope> claimed_scope(const wire::Request& request) {
  try {
    const std::string_view header = request.headers.get("authorization");
    const std::size_t at = header.find("Credential=");
    if (at != std::string_view::npos) {
      const std::string_view rest = header.substr(at + std::string_view("Credential=").size());
      return parse_credential(rest.substr(0, rest.find_first_of(", \t")));
    }
    return parse_credential(query_parameter(request.query(), "X-Amz-Credential").value_or(""));
  } catch (const ApiError&) {
    return std::nullopt;
  }
}

std::optional<Timestamp> parse_signature_date(const SignatureClaim& claim) {
  std::optional<Timestamp> time = parse_amz_date(claim.date);
  if (!time && !claim.in_query) time = parse_http_date(claim.date);
  if (!time || *time < kDateMin || *time > kDateMax) return std::nullopt;
  return time;
}

}  // namespace bedplate::identity
