// From an operation's descriptor to the function that answers it.
#pragma once

#include "operations/context.hpp"
#include "protocol/messages.hpp"

namespace bedplate::operations {

/// Reads the typed input, asks whether the caller may do this, runs handle<Op> and writes its
/// output. The request's body is freed once it is read.
using Answer = Task<> (*)(wire::Request& request, const protocol::Route& route, Context& context,
                          wire::ResponseWriter& writer);

/// nullptr when the operation is not in catalog.def.
Answer find_answer(const protocol::OperationDescriptor& operation);

}  // namespace bedplate::operations
