// AWS's RPC protocols: AWS JSON 1.0 and Smithy RPC v2 CBOR. Which operation a request is for, its
// input, and what is answered. Services of the query protocol with a `target_prefix` speak them,
// too; errors then carry the query protocol's code in `x-amzn-query-error`.
// Source: the protocols' pages in Smithy's and AWS's specifications, and what botocore sends.
#pragma once

#include <string_view>

#include "base/api_error.hpp"
#include "protocol/router.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::protocol::rpc {

/// Far above what any operation takes.
inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;

/// How a request is written, by its headers: `smithy-protocol`, `x-amz-target`, or neither.
Encoding encoding_of(const wire::Request& request);

/// The service that a request names by the prefix of its target; nullptr when it names none.
const ServiceDescriptor* find_service(const wire::Request& request);

/// The service's operation that the request names. Throws errors::unknown_operation,
/// errors::method_not_allowed, errors::request_entity_too_large.
Route route(const ServiceDescriptor& service, const wire::Request& request);

/// Fills `input`, a struct of `operation.input`, and checks every constraint of the model. Throws
/// errors::serialization, errors::validation.
void read_input(const OperationDescriptor& operation, Encoding encoding,
                const wire::Request& request, void* input);

wire::Response write_output(const OperationDescriptor& operation, Encoding encoding,
                            const void* output);

wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor& service, Encoding encoding);

}  // namespace bedplate::protocol::rpc
