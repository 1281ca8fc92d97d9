#include "identity/sigv4.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace bedplate::identity {
namespace {

// What a proxy or the HTTP stack may change on the way.
constexpr std::array<std::string_view, 10> kNeverSigned{
    "authorization", "user-agent", "x-amzn-trace-id", "expect",  "transfer-encoding",
    "connection",    "keep-alive", "upgrade",         "trailer", "proxy-authorization"};

bool is_signed(std::string_view name) {
  for (std::string_view skipped : kNeverSigned) {
    if (wire::equal_ignoring_case(name, skipped)) return false;
  }
  return true;
}

std::string scope_of(std::string_view amz_date, const SignOptions& options) {
  return fmt::format("{}/{}/{}/{}", amz_date.substr(0, 8), options.region, options.service,
                     kSigV4Terminator);
}

std::string payload_hash(const wire::Request& request, const SignOptions& options) {
  if (options.unsigned_payload) return std::string(kUnsignedPayload);
  return hex_encode(as_view(sha256(request.body)));
}

SigningSteps steps(const wire::Request& request, const std::vector<std::string>& signed_headers,
                   std::string_view amz_date, const AccessKey& key, const SignOptions& options) {
  SigningSteps out;
  out.canonical_request = canonical_request(request, signed_headers, payload_hash(request, options),
                                            {options.path_form, false});
  out.string_to_sign = string_to_sign(amz_date, scope_of(amz_date, options), out.canonical_request);
  out.signature = signature_of(
      derive_signing_key(key.secret, amz_date.substr(0, 8), options.region, options.service),
      out.string_to_sign);
  return out;
}

std::vector<std::string> headers_to_sign(const wire::Request& request) {
  std::string names;
  for (const auto& [name, value] : request.headers) {
    if (is_signed(name)) names += name + ';';
  }
  return parse_signed_headers(names);
}

void require_unsigned(const wire::Request& request) {
  if (!request.headers.find("host"))
    throw std::logic_error("a request to sign needs a host header");
  for (const char* name : {"authorization", "x-amz-date", "x-amz-security-token"}) {
    if (request.headers.find(name)) {
      throw std::logic_error(fmt::format("a request to sign already has the header {}", name));
    }
  }
}

}  // namespace

Sha256Digest derive_signing_key(std::string_view secret, std::string_view date,
                                std::string_view region, std::string_view service) {
  const Sha256Digest of_date = hmac_sha256(fmt::format("AWS4{}", secret), date);
  const Sha256Digest of_region = hmac_sha256(as_view(of_date), region);
  const Sha256Digest of_service = hmac_sha256(as_view(of_region), service);
  return hmac_sha256(as_view(of_service), kSigV4Terminator);
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kSigV4Algorithm, amz_date, scope,
                     hex_encode(as_view(sha256(canonical_request))));
}

std::string signature_of(const Sha256Digest& signing_key, std::string_view string_to_sign) {
  return hex_encode(as_view(hmac_sha256(as_view(signing_key), string_to_sign)));
}

SigningSteps sign(wire::Request& request, const AccessKey& key, const SignOptions& options) {
  require_unsigned(request);
  const std::string amz_date = format_amz_date(options.time);
  request.headers.add("x-amz-date", amz_date);
  if (options.add_content_sha256) {
    request.headers.add("x-amz-content-sha256", payload_hash(request, options));
  }
  const bool has_token = !key.session_token.empty();
  if (has_token && options.sign_session_token) {
    request.headers.add("x-amz-security-token", key.session_token);
  }
  const std::vector<std::string> signed_headers = headers_to_sign(request);
  SigningSteps out = steps(request, signed_headers, amz_date, key, options);
  if (has_token && !options.sign_session_token) {
    request.headers.add("x-amz-security-token", key.session_token);
  }
  request.headers.add(
      "authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kSigV4Algorithm, key.id,
                  scope_of(amz_date, options), join_signed_headers(signed_headers), out.signature));
  return out;
}

SigningSteps presign(wire::Request& request, const AccessKey& key, const SignOptions& options) {
  require_unsigned(request);
  const std::string amz_date = format_amz_date(options.time);
  const auto add = [&request](std::string_view name, std::string_view value) {
    request.target += request.target.find('?') == std::string::npos ? '?' : '&';
    request.target += fmt::format("{}={}", name, uri_encode(value));
  };
  const bool has_token = !key.session_token.empty();
  add("X-Amz-Algorithm", kSigV4Algorithm);
  add("X-Amz-Credential", fmt::format("{}/{}", key.id, scope_of(amz_date, options)));
  add("X-Amz-Date", amz_date);
  add("X-Amz-Expires", fmt::to_string(options.expires.count()));
  const std::vector<std::string> signed_headers = headers_to_sign(request);
  add("X-Amz-SignedHeaders", join_signed_headers(signed_headers));
  if (has_token && options.sign_session_token) add("X-Amz-Security-Token", key.session_token);
  SigningSteps out = steps(request, signed_headers, amz_date, key, options);
  if (has_token && !options.sign_session_token) add("X-Amz-Security-Token", key.session_token);
  add("X-Amz-Signature", out.signature);
  return out;
}

}  // namespace bedplate::identity
