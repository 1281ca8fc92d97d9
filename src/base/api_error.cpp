#include "base/api_error.hpp"

#include <fmt/format.h>

namespace bedplate::errors {
namespace {

constexpr auto kAuthentication = ErrorOrigin::kAuthentication;
constexpr auto kAuthorization = ErrorOrigin::kAuthorization;

}  // namespace

ApiError validation(const std::string& message) {
  return {"ValidationException", 400, message};
}

ApiError serialization(const std::string& message) {
  return {"SerializationException", 400, message, kAuthorization};
}

ApiError access_denied(const std::string& message) {
  return {"AccessDeniedException", 403, message};
}

ApiError not_authorized(const std::string& message) {
  return {"AccessDeniedException", 403, message, kAuthorization};
}

ApiError resource_not_found(const std::string& message) {
  return {"ResourceNotFoundException", 404, message};
}

ApiError conflict(const std::string& message) {
  return {"ConflictException", 400, message};
}

ApiError service_quota_exceeded(const std::string& message) {
  return {"ServiceQuotaExceededException", 400, message};
}

ApiError too_many_tags(const std::string& message, const std::string& resource_name) {
  ApiError error{"TooManyTagsException", 400, message};
  error.resource_name = resource_name;
  return error;
}

ApiError throttling(const std::string& message) {
  return {"ThrottlingException", 429, message};
}

ApiError model_not_ready(const std::string& message) {
  return {"ModelNotReadyException", 429, message};
}

ApiError model_timeout(const std::string& message) {
  return {"ModelTimeoutException", 408, message};
}

ApiError model_error(const std::string& message, int original_status_code,
                     const std::string& resource_name) {
  ApiError error{"ModelErrorException", 424, message};
  error.original_status_code = original_status_code;
  error.resource_name = resource_name;
  return error;
}

ApiError model_stream_error(const std::string& message, int original_status_code) {
  ApiError error{"ModelStreamErrorException", 424, message};
  error.original_status_code = original_status_code;
  return error;
}

ApiError service_unavailable(const std::string& message) {
  return {"ServiceUnavailableException", 503, message};
}

ApiError internal_server() {
  return {"InternalServerException", 500,
          "The server had an internal error. Its log names the cause under this request id."};
}

ApiError missing_authentication_token() {
  return {"MissingAuthenticationTokenException", 403, "Missing Authentication Token",
          kAuthentication};
}

ApiError unrecognized_client() {
  return {"UnrecognizedClientException", 403,
          "The security token included in the request is invalid.", kAuthentication};
}

ApiError invalid_signature(const std::string& message) {
  return {"InvalidSignatureException", 403, message, kAuthentication};
}

ApiError incomplete_signature(const std::string& message) {
  return {"IncompleteSignatureException", 403, message, kAuthentication};
}

ApiError expired_token() {
  return {"ExpiredTokenException", 403, "The security token included in the request is expired",
          kAuthentication};
}

ApiError invalid_api_key(const std::string& message) {
  ApiError error{"AccessDeniedException", 403, message, kAuthorization};
  error.code = kCodeInvalidApiKey;
  return error;
}

ApiError invalid_action(std::string_view action, std::string_view version) {
  return {"InvalidAction", 400,
          fmt::format("Could not find operation {} for version {}", action, version)};
}

ApiError missing_action() {
  return {"MissingAction", 400, "The request names no operation in its parameter Action."};
}

ApiError malformed_input(const std::string& message) {
  return {"MalformedInput", 400, message};
}

ApiError malformed_query_string(const std::string& message) {
  return {"MalformedQueryString", 404, message};
}

ApiError unknown_operation() {
  return {"UnknownOperationException", 404, "", kAuthentication};
}

ApiError method_not_allowed(const std::string& allowed) {
  return {"UnknownOperationException", 405, fmt::format("This path answers only {}.", allowed),
          kAuthentication};
}

ApiError not_implemented(const std::string& operation) {
  return {"UnknownOperationException", 501,
          fmt::format("Bedplate does not implement {} yet.", operation)};
}

ApiError bad_request(const std::string& message) {
  ApiError error{"BadRequestException", 400, message, kAuthentication};
  error.close_connection = true;
  return error;
}

ApiError request_entity_too_large(const std::string& message) {
  ApiError error{"RequestEntityTooLargeException", 413, message, kAuthentication};
  error.close_connection = true;
  return error;
}

ApiError request_header_too_large(const std::string& message) {
  ApiError error{"RequestHeaderSectionTooLargeException", 431, message, kAuthentication};
  error.close_connection = true;
  return error;
}

ApiError request_timeout(const std::string& message) {
  ApiError error{"RequestTimeoutException", 408, message, kAuthentication};
  error.close_connection = true;
  return error;
}

}  // namespace bedplate::errors
