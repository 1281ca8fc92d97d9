// Anthropic's error shape. Facts: Anthropic's API reference, page "Errors".
#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "operations/doors/door.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

struct Shape {
  Failure failure;
  int http_status;  ///< 0: the error's own
  const char* type;
};

constexpr std::array kShapes{
    Shape{Failure::kInvalid, 0, "invalid_request_error"},
    Shape{Failure::kUnauthenticated, 401, "authentication_error"},
    Shape{Failure::kForbidden, 403, "permission_error"},
    Shape{Failure::kNotFound, 404, "not_found_error"},
    Shape{Failure::kMethod, 405, "invalid_request_error"},
    Shape{Failure::kTooLarge, 413, "request_too_large"},
    Shape{Failure::kThrottled, 429, "rate_limit_error"},
    Shape{Failure::kNotReady, 529, "overloaded_error"},
    Shape{Failure::kUnavailable, 529, "overloaded_error"},
    Shape{Failure::kTimeout, 504, "timeout_error"},
    Shape{Failure::kNotImplemented, 501, "api_error"},
    Shape{Failure::kServer, 500, "api_error"},
};

const Shape& shape_of(const ApiError& error) {
  const Failure failure = failure_of(error);
  for (const Shape& shape : kShapes) {
    if (shape.failure == failure) return shape;
  }
  return kShapes.back();
}

class AnthropicDoor final : public Door {
 public:
  std::string_view request_id_header() const override { return "request-id"; }

  int http_status_of(const ApiError& error) const override {
    const int status = shape_of(error).http_status;
    return status != 0 ? status : error.http_status;
  }

  std::string error_body(const ApiError& error, std::string_view request_id) const override {
    const Shape& shape = shape_of(error);
    json::object inner;
    inner["type"] = shape.type;
    const bool bad_key =
        shape.failure == Failure::kUnauthenticated && error.code == kCodeInvalidApiKey;
    inner["message"] = bad_key ? "invalid x-api-key" : text_of(error);
    json::object body;
    body["type"] = "error";
    body["error"] = std::move(inner);
    body["request_id"] = request_id;
    return json::serialize(body);
  }

  std::string error_event(const ApiError& error, std::string_view request_id) const override {
    return fmt::format("event: error\ndata: {}\n\n", error_body(error, request_id));
  }

  // The text is what Claude Code and others recognise an overflow by.
  ApiError context_overflow(std::int64_t prompt_tokens,
                            std::int64_t context_tokens) const override {
    return errors::validation(
        fmt::format("prompt is too long: {} tokens > {} maximum", prompt_tokens, context_tokens));
  }
};

}  // namespace

const Door& anthropic_door() {
  static const AnthropicDoor door;
  return door;
}

}  // namespace bedplate::operations
