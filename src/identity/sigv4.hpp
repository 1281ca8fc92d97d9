// AWS Signature Version 4: signing. Used to call an upstream and by tests; verification is in
// signature_verifier.hpp and shares these pieces.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "identity/canonical_request.hpp"

namespace bedplate::identity {

inline constexpr std::string_view kSigV4Algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kSigV4Terminator = "aws4_request";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// What a caller signs with.
struct AccessKey {
  std::string id;  ///< AKIA… (a user's) or ASIA… (temporary)
  std::string secret;
  std::string session_token;  ///< temporary keys only
};

/// The key of one day, region and service. `date` is YYYYMMDD.
Sha256Digest derive_signing_key(std::string_view secret, std::string_view date,
                                std::string_view region, std::string_view service);

/// `amz_date` is 20260102T030405Z, `scope` is date/region/service/aws4_request.
std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request);

/// Lower-case hex.
std::string signature_of(const Sha256Digest& signing_key, std::string_view string_to_sign);

struct SignOptions {
  std::string region;
  std::string service;
  Timestamp time;
  PathForm path_form = PathForm::kAsSent;
  bool add_content_sha256 = false;    ///< send and sign x-amz-content-sha256, as S3 asks
  bool sign_session_token = true;     ///< false: the token is added after signing
  bool unsigned_payload = false;      ///< S3 only
  std::chrono::seconds expires{900};  ///< presigning only: 1 s to 7 days
};

/// What was signed, for tests and for the error text that shows it.
struct SigningSteps {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
};

/// Adds x-amz-date, the session token and Authorization. `request` has a host header and none of
/// those three yet (std::logic_error). Signs every header but those that proxies change.
SigningSteps sign(wire::Request& request, const AccessKey& key, const SignOptions& options);

/// The same in the target's query; the body is signed too. Whoever sends it needs the same headers.
SigningSteps presign(wire::Request& request, const AccessKey& key, const SignOptions& options);

}  // namespace bedplate::identity
