// The one error type that a client sees. See docs/architecture.md, "Errors".
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bedplate {

// What callers tell apart by ApiError::code.
inline constexpr std::string_view kCodeModelNotFound = "model_not_found";
inline constexpr std::string_view kCodeInvalidApiKey = "invalid_api_key";

/// Which layer of AWS an error speaks for. Decides the namespace in `x-amzn-ErrorType` and how the
/// body spells its message member.
enum class ErrorOrigin {
  kService,         ///< `com.amazon.bedrock`, `{"message": …}`
  kAuthentication,  ///< `com.amazon.coral.service`, `{"message": …}`
  kAuthorization,   ///< `com.amazon.coral.service`, `{"Message": …}`
};

/// An error that ends a request with a modelled AWS error. Throw it; `protocol/` renders it in one
/// place, as a JSON body or, once a stream has begun, as an exception frame.
class ApiError : public std::runtime_error {
 public:
  ApiError(std::string type, int http_status, const std::string& message,
           ErrorOrigin origin = ErrorOrigin::kService)
      : std::runtime_error(message),
        type(std::move(type)),
        http_status(http_status),
        origin(origin) {}

  std::string type;  ///< the modelled exception's name, e.g. "ValidationException"
  int http_status;
  ErrorOrigin origin;
  std::optional<int> original_status_code;  ///< ModelErrorException: what the engine answered
  std::string resource_name;  ///< ModelErrorException: whose engine it was; TooManyTagsException
  std::string code;           ///< finer than `type`, where a way in has room for it
  std::string parameter;      ///< JSON pointer to the body's member at fault, where known
  bool close_connection = false;  ///< the request could not be read to its end
};

/// Factories, one per exception. Texts that AWS fixes are fixed here; the others take a message.
namespace errors {

ApiError validation(const std::string& message);              // 400
ApiError serialization(const std::string& message);           // 400, body member `Message`
ApiError access_denied(const std::string& message);           // 403
ApiError not_authorized(const std::string& message);          // 403, body member `Message`
ApiError resource_not_found(const std::string& message);      // 404
ApiError conflict(const std::string& message);                // 400
ApiError service_quota_exceeded(const std::string& message);  // 400
ApiError too_many_tags(const std::string& message, const std::string& resource_name);  // 400
ApiError throttling(const std::string& message);                                       // 429
ApiError model_not_ready(const std::string& message);                                  // 429
ApiError model_timeout(const std::string& message);                                    // 408
ApiError model_error(const std::string& message, int original_status_code,
                     const std::string& resource_name);                             // 424
ApiError model_stream_error(const std::string& message, int original_status_code);  // 424
ApiError service_unavailable(const std::string& message);                           // 503
ApiError internal_server();  // 500, says nothing of the cause

ApiError missing_authentication_token();                    // 403
ApiError unrecognized_client();                             // 403
ApiError invalid_signature(const std::string& message);     // 403
ApiError incomplete_signature(const std::string& message);  // 403
ApiError expired_token();                                   // 403
ApiError invalid_api_key(const std::string& message =       // 403, body member `Message`
                         "Authentication failed: Please make sure your API Key is valid.");

// The query protocol's own, by their codes.
ApiError invalid_action(std::string_view action, std::string_view version);  // 400
ApiError missing_action();                                                   // 400
ApiError malformed_input(const std::string& message);                        // 400
ApiError malformed_query_string(const std::string& message);                 // 404

ApiError unknown_operation();                                   // 404, no such path
ApiError method_not_allowed(const std::string& allowed);        // 405, path exists
ApiError not_implemented(const std::string& operation);         // 501, names the operation
ApiError bad_request(const std::string& message);               // 400, HTTP that cannot be parsed
ApiError request_entity_too_large(const std::string& message);  // 413
ApiError request_header_too_large(const std::string& message);  // 431
ApiError request_timeout(const std::string& message);           // 408

}  // namespace errors
}  // namespace bedplate
