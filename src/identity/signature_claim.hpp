// What a request says about its own signature, before anything of it is believed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "wire/http.hpp"

namespace bedplate::identity {

/// `AKID/20260102/us-east-1/bedrock/aws4_request`, taken apart. `date` is unchecked text.
struct CredentialScope {
  std::string access_key_id;
  std::string date;
  std::string region;
  std::string service;
  std::string terminator;

  /// All but the access key id, as the string to sign has it.
  std::string text() const;
};

/// Lower-case letters, digits and hyphens, 32 at most: what may stand in ARNs and file names.
bool is_region_name(std::string_view text);

/// Nothing unless `text` has exactly five parts.
std::optional<CredentialScope> parse_credential(std::string_view text);

struct SignatureClaim {
  bool in_query = false;  ///< a presigned request
  std::string algorithm;
  std::string credential;                   ///< as sent; parse_credential() may still refuse it
  std::vector<std::string> signed_headers;  ///< as parse_signed_headers() gives them
  std::string signature;
  std::string date;                            ///< as sent
  std::optional<std::string> expires_seconds;  ///< X-Amz-Expires as sent
  std::string session_token;                   ///< empty: none sent
};

/// Reads the claim from the Authorization header or the query. Nothing when the request carries
/// neither an `AWS4-…` header nor `X-Amz-Algorithm`. Throws IncompleteSignatureException when parts
/// are missing or given twice, InvalidSignatureException when both places carry a signature.
std::optional<SignatureClaim> read_signature_claim(const wire::Request& request);

/// The scope that the request names, for routing by region and service: it proves nothing. Nothing
/// when there is no signature or it cannot be read.
std::optional<CredentialScope> claimed_scope(const wire::Request& request);

/// The date of a claim: ISO 8601's basic format (20260102T030405Z) or, in the header, an HTTP date.
/// Nothing for other texts and for years that no clock of today shows (1970 to 2200 are read).
std::optional<Timestamp> parse_signature_date(const SignatureClaim& claim);

}  // namespace bedplate::identity
