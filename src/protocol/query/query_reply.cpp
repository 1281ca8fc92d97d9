#include "protocol/query/query_reply.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/query/xml_writer.hpp"

namespace bedplate::protocol::query {
namespace {

constexpr std::string_view kXmlType = "text/xml";
// What AWS's front end answers before a service is chosen has this namespace.
constexpr std::string_view kFaultNamespace = "http://webservices.amazon.com/AWSFault/2005-15-09";
constexpr std::string_view kSuffix = "Exception";

/// What the query protocol makes of an error that no service models. Sources: docs/iam-api.md.
struct CommonError {
  std::string_view type;
  std::string_view code;
  int http_status;
  std::string_view message = {};  ///< in place of the error's own
};
constexpr std::array kCommonErrors{
    CommonError{"AccessDeniedException", "AccessDenied", 403},
    CommonError{"ExpiredTokenException", "ExpiredToken", 403},
    CommonError{"IncompleteSignatureException", "IncompleteSignature", 400},
    CommonError{"InternalServerException", "InternalFailure", 500},
    CommonError{"InvalidSignatureException", "SignatureDoesNotMatch", 403},
    CommonError{"MissingAuthenticationTokenException", "MissingAuthenticationToken", 403,
                "Request is missing Authentication Token"},
    CommonError{"SerializationException", "MalformedInput", 400},
    CommonError{"ServiceUnavailableException", "ServiceUnavailable", 503},
    CommonError{"ThrottlingException", "Throttling", 400},
    CommonError{"UnrecognizedClientException", "InvalidClientTokenId", 403},
    CommonError{"ValidationException", "ValidationError", 400},
};

constexpr int kNotImplemented = 501;

wire::Response xml_response(int status, std::string body) {
  wire::Response response;
  response.head.status = status;
  response.head.headers.add("Content-Type", std::string(kXmlType));
  response.body = std::move(body);
  return response;
}

}  // namespace

Fault fault_of(const ApiError& error, const ServiceDescriptor& service) {
  if (error.http_status == kNotImplemented) return {"NotImplemented", 501, error.what()};
  if (error.origin == ErrorOrigin::kService) {
    for (const ErrorDescriptor& modelled : service.errors) {
      if (modelled.name != error.type) continue;
      return {std::string(modelled.code), modelled.http_status, error.what()};
    }
  }
  for (const CommonError& common : kCommonErrors) {
    if (common.type != error.type) continue;
    return {std::string(common.code), common.http_status,
            common.message.empty() ? error.what() : std::string(common.message)};
  }
  std::string code = error.type;
  if (code.ends_with(kSuffix)) code.resize(code.size() - kSuffix.size());
  return {std::move(code), error.http_status, error.what()};
}

wire::Response write_output(const OperationDescriptor& operation, const void* output,
                            std::string_view request_id) {
  const std::string root = std::string(operation.name) + "Response";
  XmlWriter xml;
  xml.open(root, operation.service->xml_namespace);
  if (operation.result_wrapper.empty()) {
    xml.members(*operation.output, output);
  } else if (operation.output->fields.empty()) {
    xml.empty(operation.result_wrapper);
  } else {
    xml.open(operation.result_wrapper);
    xml.members(*operation.output, output);
    xml.close(operation.result_wrapper);
  }
  xml.open("ResponseMetadata");
  xml.leaf("RequestId", request_id);
  xml.close("ResponseMetadata");
  xml.close(root);
  return xml_response(operation.success_status, xml.take());
}

wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor& service) {
  const Fault fault = fault_of(error, service);
  XmlWriter xml;
  xml.open("ErrorResponse",
           fault.code == "InvalidAction" ? kFaultNamespace : service.xml_namespace);
  xml.open("Error");
  xml.leaf("Type", fault.http_status < 500 ? "Sender" : "Receiver");
  xml.leaf("Code", fault.code);
  xml.leaf("Message", fault.message);
  xml.close("Error");
  xml.leaf("RequestId", request_id);
  xml.close("ErrorResponse");
  wire::Response response = xml_response(fault.http_status, xml.take());
  response.head.headers.add("x-amzn-RequestId", std::string(request_id));
  return response;
}

}  // namespace bedplate::protocol::query
