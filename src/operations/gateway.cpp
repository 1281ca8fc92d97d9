#include "operations/gateway.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "operations/dispatch.hpp"
#include "protocol/error_rendering.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kHealthPath = "/_bedplate/health";

bool client_is_gone(const boost::system::system_error& problem) {
  const auto& code = problem.code();
  return code == boost::asio::error::operation_aborted || code == boost::asio::error::eof ||
         code == boost::asio::error::connection_reset || code == boost::asio::error::broken_pipe ||
         code == boost::asio::error::not_connected || code == boost::asio::error::bad_descriptor ||
         code == boost::asio::error::timed_out;
}

/// API keys open Bedrock and Bedrock Runtime only, and not the bidirectional stream.
identity::ServiceRules rules_of(const protocol::OperationDescriptor& operation) {
  identity::ServiceRules rules;
  const bool agents = operation.service->service == protocol::Service::kAgent ||
                      operation.service->service == protocol::Service::kAgentRuntime;
  rules.bearer_allowed = !agents && operation.stream != protocol::StreamKind::kBidirectional;
  return rules;
}

void add_headers(wire::Headers& headers, const Context& context) {
  for (const auto& [name, value] : context.response_headers) headers.add(name, value);
}

Task<> answer_health(wire::ResponseWriter& writer) {
  wire::Response response;
  response.head.headers.add("Content-Type", "application/json");
  response.body = R"({"status":"ok"})";
  co_await writer.send(std::move(response));
}

}  // namespace

Task<> Gateway::serve(wire::Request request, wire::ResponseWriter& writer) {
  Context context{services_, {}, random_uuid(), SteadyClock::now(), {}};
  const protocol::OperationDescriptor* operation = nullptr;
  std::optional<ApiError> failure;
  try {
    co_await answer(request, context, operation, writer);
  } catch (const ApiError& error) {
    failure = error;
  } catch (const boost::system::system_error& problem) {
    if (client_is_gone(problem)) throw;
    log::error("request {}: {}", context.request_id, problem.what());
    failure = errors::internal_server();
  } catch (const std::exception& problem) {
    log::error("request {}: {}", context.request_id, problem.what());
    failure = errors::internal_server();
  }
  if (failure) co_await report(*failure, context, operation, writer);
}

Task<> Gateway::answer(wire::Request& request, Context& context,
                       const protocol::OperationDescriptor*& operation,
                       wire::ResponseWriter& writer) {
  if (request.method == "GET" && request.path() == kHealthPath) {
    co_await answer_health(writer);
    co_return;
  }
  const protocol::Route route = protocol::route(request.method, request.target);
  operation = route.operation;
  context.principal = authenticator_.authenticate(request, rules_of(*operation));
  const Answer dispatch = find_answer(*operation);
  if (dispatch == nullptr) throw errors::not_implemented(std::string(operation->name));
  co_await dispatch(request, route.labels, context, writer);
}

Task<> Gateway::report(const ApiError& error, const Context& context,
                       const protocol::OperationDescriptor* operation,
                       wire::ResponseWriter& writer) {
  if (writer.started()) {
    // Only streams start before they are done: the error becomes their last frame.
    if (operation == nullptr || operation->stream == protocol::StreamKind::kNone) co_return;
    co_await writer.finish(protocol::render_stream_error(error, *operation));
    co_return;
  }
  wire::Response response = protocol::render_error(error, context.request_id, operation);
  add_headers(response.head.headers, context);
  co_await writer.send(std::move(response));
}

wire::Response Gateway::render_wire_error(const ApiError& error) {
  return protocol::render_error(error, random_uuid());
}

}  // namespace bedplate::operations
