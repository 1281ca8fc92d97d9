#include "protocol/error_rendering.hpp"

#include <fmt/format.h>

#include "protocol/event_stream.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/query/query_reply.hpp"
#include "protocol/rpc/rpc_messages.hpp"

namespace bedplate::protocol {
namespace {

constexpr std::string_view kModelError = "ModelErrorException";
constexpr std::string_view kModelStreamError = "ModelStreamErrorException";
constexpr std::string_view kInternalServer = "InternalServerException";

std::string_view namespace_of(ErrorOrigin origin) {
  return origin == ErrorOrigin::kService ? "com.amazon.bedrock" : "com.amazon.coral.service";
}

// Keys in alphabetical order, like every other body.
std::string body_of(const ApiError& error) {
  std::string body =
      error.origin == ErrorOrigin::kAuthorization ? R"({"Message":)" : R"({"message":)";
  append_json_string(body, error.what());
  if (error.original_status_code) {
    body += fmt::format(R"(,"originalStatusCode":{})", *error.original_status_code);
  }
  if (!error.resource_name.empty()) {
    body += R"(,"resourceName":)";
    append_json_string(body, error.resource_name);
  }
  body += '}';
  return body;
}

int status_of(const ApiError& error, const ServiceDescriptor* service) {
  if (!service || error.origin != ErrorOrigin::kService) return error.http_status;
  for (const ErrorDescriptor& modelled : service->errors) {
    if (modelled.name == error.type) return modelled.http_status;
  }
  return error.http_status;
}

std::string_view stream_member(const OperationDescriptor& operation, std::string_view type) {
  for (const StreamException& exception : operation.stream_exceptions) {
    if (exception.error == type) return exception.member;
  }
  return {};
}

}  // namespace

wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor* service, Encoding encoding) {
  if (service && encoding != Encoding::kModelled) {
    return rpc::render_error(error, request_id, *service, encoding);
  }
  if (service && service->protocol == Protocol::kQuery) {
    return query::render_error(error, request_id, *service);
  }
  wire::Response response;
  response.head.status = status_of(error, service);
  response.head.headers.add("Content-Type", "application/json");
  response.head.headers.add("x-amzn-ErrorType",
                            fmt::format("{}:http://internal.amazon.com/coral/{}/", error.type,
                                        namespace_of(error.origin)));
  response.head.headers.add("x-amzn-RequestId", std::string(request_id));
  // An operation nobody knows has no text to give.
  const bool has_text = error.what()[0] != '\0';
  response.body = has_text ? body_of(error) : "{}";
  return response;
}

std::string render_stream_error(const ApiError& error, const OperationDescriptor& operation) {
  std::string_view member = stream_member(operation, error.type);
  const bool of_model = error.type == kModelError || error.type == "ModelTimeoutException";
  if (member.empty() && of_model) member = stream_member(operation, kModelStreamError);
  if (member.empty() && error.http_status >= 500) {
    member = stream_member(operation, kInternalServer);
  }
  if (member.empty()) return encode_error_frame(error.type, error.what());
  ApiError shown = error;
  shown.origin = ErrorOrigin::kService;
  shown.resource_name.clear();
  return encode_exception_frame(member, body_of(shown));
}

}  // namespace bedplate::protocol
