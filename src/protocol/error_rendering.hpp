// ApiError as a client sees it: a response in its service's protocol, or an exception frame inside
// a stream.
#pragma once

#include <string>
#include <string_view>

#include "base/api_error.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::protocol {

/// The response that ends a request. `service` may be nullptr when the request reached none; it and
/// `encoding` decide between JSON, XML and CBOR, and the status of exceptions that services number
/// differently.
wire::Response render_error(const ApiError& error, std::string_view request_id,
                            const ServiceDescriptor* service = nullptr,
                            Encoding encoding = Encoding::kModelled);

/// The frame that ends a stream. What the stream's union names becomes an exception under that
/// member's name; of the rest, a failure of the server becomes its internalServerException, and
/// anything else an `error` message.
std::string render_stream_error(const ApiError& error, const OperationDescriptor& operation);

}  // namespace bedplate::protocol
