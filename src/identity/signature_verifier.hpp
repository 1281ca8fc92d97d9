// AWS Signature Version 4: is this request what the holder of the secret sent, and just now?
// Error texts and the order of the checks: docs/authentication.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "identity/signature_claim.hpp"
#include "identity/signing_key_cache.hpp"
#include "wire/http.hpp"

namespace bedplate::identity {

/// What the body's bytes are worth after verification.
enum class PayloadTrust {
  kSigned,    ///< the signature covers the body
  kUnsigned,  ///< S3 with UNSIGNED-PAYLOAD, or a presigned S3 URL
  kChunked,   ///< S3 with STREAMING-…: `aws-chunked` framing, whose reader checks what it carries
  kDeclared,  ///< S3: the signature covers `x-amz-content-sha256`, with which whoever reads the
              ///< body compares it
};

/// What the chunks of a body are signed with: each signature goes into the next, the request's into
/// the first.
struct ChunkSigning {
  Sha256Digest key{};
  std::string amz_date;
  std::string scope;  ///< date/region/service/aws4_request
  std::string seed_signature;
};

struct VerifyOptions {
  /// Signing names that may stand in the scope; the first is named in the error. Empty: any.
  std::vector<std::string> services;
};

struct VerifiedSignature {
  CredentialScope scope;
  PayloadTrust payload = PayloadTrust::kSigned;
  std::optional<ChunkSigning> chunks;  ///< kChunked
};

/// The secret of an access key id; nothing when there is no such key.
using FindSecret = std::function<std::optional<std::string>(const std::string& access_key_id)>;

class SignatureVerifier {
 public:
  static constexpr std::chrono::minutes kSkewMax{5};
  static constexpr std::chrono::seconds kExpiresMax{604'800};

  /// `clock` outlives the verifier.
  explicit SignatureVerifier(const Clock& clock) : clock_(clock) {}

  /// Throws an ApiError in AWS's order: date, host, algorithm, credential scope, unknown key,
  /// signature. Session tokens are the caller's to check.
  VerifiedSignature verify(const wire::Request& request, const SignatureClaim& claim,
                           const FindSecret& find_secret, const VerifyOptions& options) const;

 private:
  const Clock& clock_;
  mutable SigningKeyCache keys_;
};

}  // namespace bedplate::identity
