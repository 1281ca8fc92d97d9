#include "identity/signature_verifier.hpp"

#include <algorithm>
#include <charconv>

#include "base/api_error.hpp"
#include "identity/canonical_request.hpp"
#include "identity/sigv4.hpp"

namespace bedplate::identity {
namespace {

constexpr std::string_view kS3 = "s3";
constexpr std::string_view kContentSha256 = "x-amz-content-sha256";

Timestamp read_date(const SignatureClaim& claim) {
  if (const std::optional<Timestamp> time = parse_signature_date(claim)) return *time;
  throw errors::incomplete_signature(
      fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                  "http://en.wikipedia.org/wiki/ISO_8601",
                  claim.date));
}

// How long a signature is good for after its date.
std::chrono::seconds lifetime(const SignatureClaim& claim) {
  if (!claim.expires_seconds) return SignatureVerifier::kSkewMax;
  const std::string& text = *claim.expires_seconds;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    throw errors::incomplete_signature("X-Amz-Expires should be a number");
  }
  if (error == std::errc::result_out_of_range || seconds > SignatureVerifier::kExpiresMax.count()) {
    throw errors::incomplete_signature(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
        "must be less than 604800 seconds");
  }
  if (seconds < 1) throw errors::incomplete_signature("X-Amz-Expires must be positive");
  return std::chrono::seconds(seconds);
}

std::string minutes_or_seconds(std::chrono::seconds duration) {
  return duration.count() % 60 == 0 ? fmt::format("{} min", duration.count() / 60)
                                    : fmt::format("{} sec", duration.count());
}

void check_time(const SignatureClaim& claim, Timestamp date, Timestamp now) {
  const std::chrono::seconds good_for = lifetime(claim);
  if (date < now - good_for) {
    throw errors::invalid_signature(fmt::format(
        "Signature expired: {} is now earlier than {} ({} - {}.)", format_amz_date(date),
        format_amz_date(now - good_for), format_amz_date(now), minutes_or_seconds(good_for)));
  }
  const Timestamp latest = now + SignatureVerifier::kSkewMax;
  if (date > latest) {
    throw errors::invalid_signature(
        fmt::format("Signature not yet current: {} is still later than {} ({} + {}.)",
                    format_amz_date(date), format_amz_date(latest), format_amz_date(now),
                    minutes_or_seconds(SignatureVerifier::kSkewMax)));
  }
}

void check_host_is_signed(const SignatureClaim& claim) {
  const auto& names = claim.signed_headers;
  if (std::binary_search(names.begin(), names.end(), "host") ||
      std::binary_search(names.begin(), names.end(), ":authority")) {
    return;
  }
  throw errors::invalid_signature(
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

CredentialScope check_scope(const SignatureClaim& claim, const std::string& amz_date,
                            const VerifyOptions& options) {
  if (claim.algorithm != kSigV4Algorithm) {
    throw errors::incomplete_signature(fmt::format(
        "Unsupported AWS 'algorithm': '{}' (only {} for now). ", claim.algorithm, kSigV4Algorithm));
  }
  std::optional<CredentialScope> scope = parse_credential(claim.credential);
  if (!scope) {
    throw errors::incomplete_signature(
        fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                    "keyid/date/region/service/term, got '{}'",
                    claim.credential));
  }
  std::string faults;
  if (!is_region_name(scope->region)) {
    faults +=
        fmt::format("Credential should be scoped to a valid region, not '{}'. ", scope->region);
  }
  const auto& services = options.services;
  if (!services.empty() &&
      std::find(services.begin(), services.end(), scope->service) == services.end()) {
    faults += fmt::format("Credential should be scoped to correct service: '{}'. ", services[0]);
  }
  if (scope->terminator != kSigV4Terminator) {
    faults += fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'. ",
                          kSigV4Terminator, scope->terminator);
  }
  const std::string_view day = std::string_view(amz_date).substr(0, 8);
  if (scope->date != day) {
    faults += fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
        "of date from HTTP: '{}' != '{}', from '{}'. ",
        scope->date, day, amz_date);
  }
  if (!faults.empty()) throw errors::invalid_signature(faults);
  return std::move(*scope);
}

struct PayloadLine {
  std::string hash;  ///< the canonical request's last line
  PayloadTrust trust = PayloadTrust::kSigned;
};

PayloadLine payload_line(const wire::Request& request, const SignatureClaim& claim, bool s3) {
  const std::string_view declared = request.headers.get(kContentSha256);
  if (s3) {
    if (declared.starts_with("STREAMING-")) {
      return {std::string(declared), PayloadTrust::kChunked};
    }
    if (declared == kUnsignedPayload || (declared.empty() && claim.in_query)) {
      return {std::string(kUnsignedPayload), PayloadTrust::kUnsigned};
    }
    if (!declared.empty()) return {std::string(declared), PayloadTrust::kDeclared};
  }
  std::string actual = hex_encode(as_view(sha256(request.body)));
  if (!declared.empty() && declared != actual) {
    throw errors::invalid_signature(
        "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  return {std::move(actual), PayloadTrust::kSigned};
}

[[noreturn]] void throw_mismatch(const std::string& canonical, const std::string& to_sign) {
  throw errors::invalid_signature(fmt::format(
      "The request signature we calculated does not match the signature you provided. Check your "
      "AWS Secret Access Key and signing method. Consult the service documentation for "
      "details.\n\nThe Canonical String for this request should have been\n'{}'\n\nThe "
      "String-to-Sign should have been\n'{}'\n",
      canonical, to_sign));
}

}  // namespace

VerifiedSignature SignatureVerifier::verify(const wire::Request& request,
                                            const SignatureClaim& claim,
                                            const FindSecret& find_secret,
                                            const VerifyOptions& options) const {
  const Timestamp date = read_date(claim);
  check_time(claim, date, clock_.now());
  check_host_is_signed(claim);
  const std::string amz_date = format_amz_date(date);
  CredentialScope scope = check_scope(claim, amz_date, options);
  const std::optional<std::string> secret = find_secret(scope.access_key_id);
  if (!secret) throw errors::unrecognized_client();

  const bool s3 = scope.service == kS3;
  const PayloadLine payload = payload_line(request, claim, s3);
  const Sha256Digest key = keys_.get(scope, *secret);
  const PathForm first = s3 ? PathForm::kEncodedOnce : PathForm::kAsSent;
  const std::string canonical =
      canonical_request(request, claim.signed_headers, payload.hash, {first, claim.in_query});
  const std::string to_sign = string_to_sign(amz_date, scope.text(), canonical);
  const auto matches = [&](std::string_view text) {
    return equal_constant_time(signature_of(key, text), claim.signature);
  };
  if (!matches(to_sign)) {
    // SDKs normalise the path they sign but send it as it was given.
    const bool normalized_differs = !s3 && canonical_path(request.path(), PathForm::kNormalized) !=
                                               canonical_path(request.path(), PathForm::kAsSent);
    if (!normalized_differs ||
        !matches(string_to_sign(amz_date, scope.text(),
                                canonical_request(request, claim.signed_headers, payload.hash,
                                                  {PathForm::kNormalized, claim.in_query})))) {
      throw_mismatch(canonical, to_sign);
    }
  }
  VerifiedSignature verified{std::move(scope), payload.trust, std::nullopt};
  if (payload.trust == PayloadTrust::kChunked) {
    verified.chunks = ChunkSigning{key, amz_date, verified.scope.text(), claim.signature};
  }
  return verified;
}

}  // namespace bedplate::identity
