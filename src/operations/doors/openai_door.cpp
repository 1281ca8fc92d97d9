// OpenAI's error shape. Facts: OpenAI's API reference, page "Error codes"; the code
// `validation_error` and "Invalid bearer token" as Bedrock answers them (docs/other-apis.md).
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
  const char* code;  ///< nullptr: none, unless the error brings one
};

constexpr const char* kInvalidRequest = "invalid_request_error";
constexpr const char* kServerError = "server_error";
constexpr std::array kShapes{
    Shape{Failure::kInvalid, 0, kInvalidRequest, "validation_error"},
    Shape{Failure::kUnauthenticated, 401, kInvalidRequest, "invalid_api_key"},
    Shape{Failure::kForbidden, 403, "permission_error", "access_denied"},
    Shape{Failure::kNotFound, 404, kInvalidRequest, nullptr},
    Shape{Failure::kMethod, 405, kInvalidRequest, "method_not_supported"},
    Shape{Failure::kTooLarge, 413, kInvalidRequest, "request_too_large"},
    Shape{Failure::kThrottled, 429, "rate_limit_error", "rate_limit_exceeded"},
    Shape{Failure::kNotReady, 503, kServerError, "model_not_ready"},
    Shape{Failure::kUnavailable, 503, kServerError, "service_unavailable"},
    Shape{Failure::kTimeout, 504, kServerError, "timeout"},
    Shape{Failure::kNotImplemented, 501, kServerError, "not_implemented"},
    Shape{Failure::kServer, 500, kServerError, nullptr},
};

const Shape& shape_of(const ApiError& error) {
  const Failure failure = failure_of(error);
  for (const Shape& shape : kShapes) {
    if (shape.failure == failure) return shape;
  }
  return kShapes.back();
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// "#/messages/0/content" in the form that OpenAI names members: "messages[0].content".
std::string parameter_name(std::string_view pointer) {
  std::string name;
  while (!pointer.empty()) {
    const std::size_t slash = pointer.find('/');
    const std::string_view step = pointer.substr(0, slash);
    const bool index = !step.empty() && step.find_first_not_of("0123456789") == step.npos;
    if (index) {
      name += fmt::format("[{}]", step);
    } else if (step != "#") {
      if (!name.empty()) name += '.';
      name += step;
    }
    pointer.remove_prefix(slash == std::string_view::npos ? pointer.size() : slash + 1);
  }
  return name;
}

class OpenAiDoor final : public Door {
 public:
  std::string_view request_id_header() const override { return "x-request-id"; }

  int http_status_of(const ApiError& error) const override {
    const int status = shape_of(error).http_status;
    return status != 0 ? status : error.http_status;
  }

  std::string error_body(const ApiError& error, std::string_view) const override {
    const Shape& shape = shape_of(error);
    json::object inner;
    const bool bad_key =
        shape.failure == Failure::kUnauthenticated && error.code == kCodeInvalidApiKey;
    inner["message"] = bad_key ? "Invalid bearer token" : text_of(error);
    inner["type"] = shape.type;
    inner["param"] = text_or_null(parameter_name(error.parameter));
    inner["code"] = error.code.empty() && shape.code != nullptr ? json::value(shape.code)
                                                                : text_or_null(error.code);
    json::object body;
    body["error"] = std::move(inner);
    return json::serialize(body);
  }

  std::string error_event(const ApiError& error, std::string_view request_id) const override {
    return fmt::format("data: {}\n\n", error_body(error, request_id));
  }

  ApiError context_overflow(std::int64_t prompt_tokens,
                            std::int64_t context_tokens) const override {
    ApiError error = errors::validation(
        fmt::format("This model's maximum context length is {} tokens. However, your messages "
                    "resulted in {} tokens. Please reduce the length of the messages.",
                    context_tokens, prompt_tokens));
    error.parameter = "#/messages";
    error.code = "context_length_exceeded";
    return error;
  }
};

}  // namespace

const Door& openai_door() {
  static const OpenAiDoor door;
  return door;
}

}  // namespace bedplate::operations
