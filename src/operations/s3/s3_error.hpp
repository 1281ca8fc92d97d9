// What S3 answers instead of an object: a code, a status and an XML document.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/api_error.hpp"
#include "objects/objects_error.hpp"
#include "wire/http.hpp"

namespace bedplate::operations::s3 {

/// An error as S3's API reference lists them ("Error responses"). Ends a request.
class S3Error : public std::runtime_error {
 public:
  S3Error(std::string code, int http_status, const std::string& message)
      : std::runtime_error(message), code(std::move(code)), http_status(http_status) {}

  S3Error&& with(std::string_view element, std::string text) && {
    details.emplace_back(element, std::move(text));
    return std::move(*this);
  }

  std::string code;
  int http_status;
  std::vector<std::pair<std::string, std::string>> details;  ///< further elements, e.g. BucketName
  wire::Headers headers;                                     ///< for the response
};

S3Error access_denied(const std::string& message = "Access Denied");
S3Error invalid_argument(const std::string& message, std::string_view name, std::string value);
S3Error invalid_request(const std::string& message);
S3Error malformed_xml();
S3Error incomplete_body();
S3Error missing_content_length();
/// An operation, or a header that asks for one, that is not built.
S3Error not_implemented_operation(std::string_view operation);
S3Error not_implemented_header(std::string_view header);

/// What the layers below throw, in S3's words.
S3Error s3_error(const objects::ObjectsError& error);
/// @param presigned  the signature was in the query: S3 words some of its errors otherwise
S3Error s3_error(const ApiError& error, bool presigned);

/// The document of an error.
/// @param resource  the path that was asked for
std::string error_document(const S3Error& error, std::string_view resource,
                           std::string_view request_id, std::string_view host_id);

}  // namespace bedplate::operations::s3
