// The canonical form of a request that Signature Version 4 signs: what both ends must derive alike.
// Facts: docs/authentication.md, "Canonical request".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/http.hpp"

namespace bedplate::identity {

/// How the path becomes canonical. Every service but S3 encodes the path as sent once more, so that
/// `%3A` becomes `%253A`; S3 encodes it once.
enum class PathForm {
  kAsSent,      ///< each byte as received, percent-encoded (again)
  kNormalized,  ///< the same after removing `.`, `..` and empty segments, as SDKs do when they sign
  kEncodedOnce,  ///< S3: decoded, then encoded; never normalised
};

struct CanonicalForm {
  PathForm path = PathForm::kAsSent;
  bool presigned = false;  ///< the query's X-Amz-Signature is left out: it cannot sign itself
};

/// Header names in lower case, sorted, without repetition: `text` split at ';'.
std::vector<std::string> parse_signed_headers(std::string_view text);
/// The inverse: the names joined by ';'.
std::string join_signed_headers(const std::vector<std::string>& names);

/// `path` ("" counts as "/") in the given form.
std::string canonical_path(std::string_view path, PathForm form);

/// The parameters decoded ('+' is a space), percent-encoded, sorted by name and value. `presigned`
/// as in CanonicalForm.
std::string canonical_query(std::string_view query, bool presigned);

/// The six parts, joined by newlines. `signed_headers` as parse_signed_headers() gives them: values
/// are trimmed, inner runs of white space become one space, repeated headers are joined by ','.
/// `payload_hash` is the last line: a hex digest or one of S3's literals.
std::string canonical_request(const wire::Request& request,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, const CanonicalForm& form);

}  // namespace bedplate::identity
