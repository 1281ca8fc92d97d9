// The query protocol's replies: an operation's output, or an error, in its envelope.
#pragma once

#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::protocol::query {

/// Renders `output`, a struct of `operation.output`. `x-amzn-RequestId` is the caller's to add.
wire::Response write_output(const OperationDescriptor& operation, const void* output,
                            std::string_view request_id);

/// What the query protocol makes of an error.
struct Fault {
  std::string code;
  int http_status;
  std::string message;
};
Fault fault_of(const ApiError& error, const ServiceDescriptor& service);

/// An error under the code that the query protocol has for it: that of the service's model, or of
/// the list in docs/iam-api.md. Called by protocol::render_error().
wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor& service);

}  // namespace bedplate::protocol::query
