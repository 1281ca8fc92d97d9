#include "operations/doors/door.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace bedplate::operations {
namespace {

constexpr int kUnauthorized = 401;

}  // namespace

Failure failure_of(const ApiError& error) {
  if (error.code == kCodeModelNotFound) return Failure::kNotFound;
  if (error.type == "ModelNotReadyException") return Failure::kNotReady;
  if (error.type == "ModelTimeoutException") return Failure::kTimeout;
  if (error.type == "ModelStreamErrorException" && error.original_status_code == 408) {
    return Failure::kTimeout;
  }
  if (error.type == "ModelErrorException" || error.type == "ModelStreamErrorException") {
    return Failure::kServer;
  }
  switch (error.http_status) {
    case kUnauthorized:
      return Failure::kUnauthenticated;
    case 403:
      return Failure::kForbidden;
    case 404:
      return Failure::kNotFound;
    case 405:
      return Failure::kMethod;
    case 413:
      return Failure::kTooLarge;
    case 429:
      return Failure::kThrottled;
    case 501:
      return Failure::kNotImplemented;
    case 503:
      return Failure::kUnavailable;
    default:
      return error.http_status < 500 ? Failure::kInvalid : Failure::kServer;
  }
}

std::string text_of(const ApiError& error) {
  std::string text = error.what();
  if (!is_valid_utf8(text)) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 127; }, '?');
  }
  return text;
}

void Door::add_headers(const Context& context, wire::Headers& headers) const {
  headers.add(std::string(request_id_header()), context.request_id);
  for (const auto& [name, value] : context.response_headers) headers.add(name, value);
}

wire::Response Door::render_error(const ApiError& error, std::string_view request_id) const {
  wire::Response response;
  response.head.status = http_status_of(error);
  response.head.headers.add("Content-Type", "application/json");
  response.head.headers.add(std::string(request_id_header()), std::string(request_id));
  if (failure_of(error) == Failure::kNotImplemented) {
    // Clients take every 5xx for a passing failure unless they are told; both SDKs read this.
    response.head.headers.add("x-should-retry", "false");
  }
  response.body = error_body(error, request_id);
  return response;
}

wire::Response Door::render_error(const ApiError& error, const Context& context) const {
  wire::Response response = render_error(error, std::string_view(context.request_id));
  for (const auto& [name, value] : context.response_headers) {
    response.head.headers.add(name, value);
  }
  return response;
}

Task<> Door::report(ApiError error, const Context& context, wire::ResponseWriter& writer) const {
  if (writer.started()) {
    // Only streams start before they are done.
    co_await writer.finish(error_event(error, context.request_id));
    co_return;
  }
  co_await writer.send(render_error(error, context));
}

Task<> Door::send_json(std::string body, const Context& context,
                       wire::ResponseWriter& writer) const {
  wire::Response response;
  response.head.headers.add("Content-Type", "application/json");
  add_headers(context, response.head.headers);
  response.body = std::move(body);
  co_await writer.send(std::move(response));
}

Task<> Door::start_events(const Context& context, wire::ResponseWriter& writer) const {
  wire::ResponseHead head;
  head.headers.add("Content-Type", "text/event-stream; charset=utf-8");
  head.headers.add("Cache-Control", "no-cache");
  add_headers(context, head.headers);
  co_await writer.start(std::move(head));
}

identity::Principal authenticate_at_door(const identity::Authenticator& authenticator,
                                         const wire::Request& request) {
  identity::ServiceRules rules;
  rules.signing_names = {"bedrock", "bedrock-mantle"};
  rules.x_api_key_allowed = true;
  try {
    return authenticator.authenticate(request, rules);
  } catch (const ApiError& refusal) {
    ApiError error = refusal;
    error.http_status = kUnauthorized;
    throw error;
  }
}

}  // namespace bedplate::operations
