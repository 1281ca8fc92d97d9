// An operation's input and output, in whichever protocol its service speaks.
#pragma once

#include <string_view>

#include "protocol/router.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::protocol {

/// Fills `input`, a struct of the routed operation's input, and checks every constraint of the
/// model. Throws an ApiError for what cannot be read or breaks a constraint.
void read_input(const Route& route, const wire::Request& request, void* input);

/// Renders `output`, a struct of `operation.output`. The header with the request id is the caller's
/// to add.
wire::Response write_output(const OperationDescriptor& operation, const void* output,
                            std::string_view request_id, Encoding encoding = Encoding::kModelled);

}  // namespace bedplate::protocol
