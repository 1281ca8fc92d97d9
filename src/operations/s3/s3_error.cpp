#include "operations/s3/s3_error.hpp"

#include <array>

#include "protocol/query/xml_writer.hpp"

namespace bedplate::operations::s3 {
namespace {

/// An error of the layers that serve every API, by its type, and what S3 calls it.
struct Translation {
  std::string_view type;
  std::string_view code;
  int http_status;
  std::string_view message;  ///< empty: the error's own
};

constexpr std::array kTranslations{
    Translation{"UnrecognizedClientException", "InvalidAccessKeyId", 403,
                "The AWS Access Key Id you provided does not exist in our records."},
    Translation{"ExpiredTokenException", "ExpiredToken", 400, "The provided token has expired."},
    Translation{"MissingAuthenticationTokenException", "AccessDenied", 403, "Access Denied"},
    Translation{"AccessDeniedException", "AccessDenied", 403, ""},
    Translation{"ServiceUnavailableException", "ServiceUnavailable", 503, ""},
    Translation{"ThrottlingException", "SlowDown", 503, "Please reduce your request rate."},
    Translation{"InternalServerException", "InternalError", 500,
                "We encountered an internal error. Please try again."},
};

S3Error wrong_signature(const std::string& message, bool presigned) {
  if (message.starts_with("Signature expired")) {
    if (presigned) return {"AccessDenied", 403, "Request has expired"};
    return {"RequestTimeTooSkewed", 403,
            "The difference between the request time and the current time is too large."};
  }
  if (message.starts_with("Signature not yet current")) {
    return {"RequestTimeTooSkewed", 403,
            "The difference between the request time and the current time is too large."};
  }
  if (message.starts_with("Credential should be scoped") || message.starts_with("Date in")) {
    return {presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", 400,
            "The authorization header is malformed; " + message};
  }
  return {"SignatureDoesNotMatch", 403,
          "The request signature we calculated does not match the signature you provided. Check "
          "your key and signing method."};
}

/// Statuses that the wire gives to what it could not read.
S3Error by_status(const ApiError& error) {
  switch (error.http_status) {
    case 408:
      return {"RequestTimeout", 400,
              "Your socket connection to the server was not read from or written to within the "
              "timeout period."};
    case 413:
      return {"EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size"};
    case 501:
      return {"NotImplemented", 501, error.what()};
    case 503:
      return {"ServiceUnavailable", 503, error.what()};
    default:
      break;
  }
  if (error.http_status >= 500) {
    return {"InternalError", 500, "We encountered an internal error. Please try again."};
  }
  return {"InvalidRequest", 400, error.what()};
}

}  // namespace

S3Error access_denied(const std::string& message) {
  return {"AccessDenied", 403, message};
}

S3Error invalid_argument(const std::string& message, std::string_view name, std::string value) {
  return S3Error("InvalidArgument", 400, message)
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::move(value));
}

S3Error invalid_request(const std::string& message) {
  return {"InvalidRequest", 400, message};
}

S3Error malformed_xml() {
  return {"MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published "
          "schema"};
}

S3Error incomplete_body() {
  return {"IncompleteBody", 400,
          "You did not provide the number of bytes specified by the Content-Length HTTP header"};
}

S3Error missing_content_length() {
  return {"MissingContentLength", 411, "You must provide the Content-Length HTTP header."};
}

S3Error not_implemented_operation(std::string_view operation) {
  return {"NotImplemented", 501, fmt::format("The operation {} is not implemented.", operation)};
}

S3Error not_implemented_header(std::string_view header) {
  return S3Error("NotImplemented", 501,
                 "A header you provided implies functionality that is not implemented.")
      .with("Header", std::string(header));
}

S3Error s3_error(const objects::ObjectsError& error) {
  S3Error out(std::string(objects::error_code(error.kind)), objects::http_status(error.kind),
              error.what());
  if (error.size_bytes) {
    out.details.emplace_back("ActualObjectSize", std::to_string(*error.size_bytes));
    out.headers.add("Content-Range", fmt::format("bytes */{}", *error.size_bytes));
  }
  if (!error.etag.empty()) out.headers.add("ETag", '"' + error.etag + '"');
  return out;
}

S3Error s3_error(const ApiError& error, bool presigned) {
  if (error.type == "InvalidSignatureException") return wrong_signature(error.what(), presigned);
  if (error.type == "IncompleteSignatureException") {
    return {presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", 400,
            error.what()};
  }
  for (const Translation& each : kTranslations) {
    if (error.type != each.type) continue;
    return {std::string(each.code), each.http_status,
            each.message.empty() ? std::string(error.what()) : std::string(each.message)};
  }
  return by_status(error);
}

std::string error_document(const S3Error& error, std::string_view resource,
                           std::string_view request_id, std::string_view host_id) {
  protocol::query::XmlWriter xml;
  xml.open("Error");
  xml.leaf("Code", error.code);
  xml.leaf("Message", error.what());
  for (const auto& [element, text] : error.details) xml.leaf(element, text);
  xml.leaf("Resource", resource);
  xml.leaf("RequestId", request_id);
  xml.leaf("HostId", host_id);
  xml.close("Error");
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml.take();
}

}  // namespace bedplate::operations::s3
