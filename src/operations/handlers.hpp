// The functions that do the work: one explicit specialisation per line of catalog.def.
#pragma once

#include "api/agent.hpp"
#include "api/agent_runtime.hpp"
#include "api/cloudwatch.hpp"
#include "api/control.hpp"
#include "api/runtime.hpp"
#include "api/sts.hpp"
#include "operations/context.hpp"
#include "operations/event_writer.hpp"

namespace bedplate::operations {

/// Answers one request of an operation without a stream.
template <class Op>
Task<typename Op::Response> handle(Context& context, typename Op::Request request);

/// Answers one request of an operation with an output stream.
template <class Op>
Task<> handle_stream(Context& context, typename Op::Request request, EventWriter<Op>& events);

}  // namespace bedplate::operations
