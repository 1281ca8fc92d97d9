#include "operations/gateway.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "observe/audited_response.hpp"
#include "operations/client_gone.hpp"
#include "operations/dispatch.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/measured_response.hpp"
#include "operations/metrics_page.hpp"
#include "operations/query_services.hpp"
#include "operations/s3/service.hpp"
#include "protocol/error_rendering.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/rpc/rpc_messages.hpp"
#include "storage/errors.hpp"

namespace bedplate::operations {
namespace {

constexpr std::string_view kHealthPath = "/_bedplate/health";
constexpr std::string_view kDoorService = "bedrock-mantle";  // as the audit trail calls the doors'

/// API keys open Bedrock and Bedrock Runtime only, and not the bidirectional stream.
identity::ServiceRules rules_of(const protocol::OperationDescriptor& operation) {
  if (operation.service->protocol == protocol::Protocol::kQuery) return query_rules(operation);
  identity::ServiceRules rules;
  const bool agents = operation.service->service == protocol::Service::kAgent ||
                      operation.service->service == protocol::Service::kAgentRuntime;
  rules.bearer_allowed = !agents && operation.stream != protocol::StreamKind::kBidirectional;
  return rules;
}

/// Of keys and roles that IAM tells the last use of.
void note_use(const Context& context, std::string_view service) {
  const identity::Principal& caller = context.principal;
  const bool key = caller.kind == identity::Principal::Kind::kAccessKey;
  const std::string& id = key ? caller.access_key_id : caller.entity_id;
  if (!key && (caller.session == nullptr || !id.starts_with("AROA"))) return;
  context.services.last_uses.note(
      caller.account_id, id, {context.services.clock.now(), std::string(service), caller.region});
}

void add_headers(wire::Headers& headers, const Context& context) {
  for (const auto& [name, value] : context.response_headers) headers.add(name, value);
}

bool is_health_check(const wire::Request& request) {
  return request.method == "GET" && request.path() == kHealthPath;
}

/// Requests of whoever watches the server: neither recorded nor counted.
bool is_of_operator(const wire::Request& request) {
  return is_health_check(request) || is_scrape(request);
}

/// What the metrics call an operation.
void name(observe::RequestMeasure& measure, const protocol::OperationDescriptor& operation,
          const protocol::PathLabels& labels) {
  measure.service = operation.service->endpoint_name;
  measure.operation = operation.name;
  measure.use.streams = operation.stream != protocol::StreamKind::kNone;
  measure.use.invokes =
      operation.service->service == protocol::Service::kRuntime &&
      (operation.name.starts_with("Converse") || operation.name.starts_with("InvokeModel"));
  if (!measure.use.invokes) return;
  for (const protocol::PathLabel& label : labels) {
    if (label.name == "modelId") measure.asked_model = label.value;
  }
}

protocol::Route route_of(const wire::Request& request, const protocol::ServiceDescriptor* service,
                         protocol::Encoding encoding) {
  if (service == nullptr) return protocol::route(request.method, request.target);
  return encoding == protocol::Encoding::kModelled ? protocol::query::route(*service, request)
                                                   : protocol::rpc::route(*service, request);
}

Task<> answer_health(wire::ResponseWriter& writer) {
  wire::Response response;
  response.head.headers.add("Content-Type", "application/json");
  response.body = R"({"status":"ok"})";
  co_await writer.send(std::move(response));
}

/// For what was not meant for the client; the cause is in the log.
ApiError unexpected(const std::exception& problem) {
  const bool may_pass = dynamic_cast<const storage::StoreFull*>(&problem) != nullptr ||
                        dynamic_cast<const storage::StoreUnavailable*>(&problem) != nullptr;
  return may_pass ? errors::service_unavailable("State cannot be stored or read now. Try again.")
                  : errors::internal_server();
}

}  // namespace

Task<> Gateway::serve(wire::Request request, wire::ResponseWriter& writer) {
  if (s3::is_addressed(request)) {
    co_await s3::serve(std::move(request), services_, authenticator_, audit_, writer);
    co_return;
  }
  Context context{services_, {}, random_uuid(), SteadyClock::now(), {}, nullptr, &request, nullptr};
  if (is_of_operator(request)) {
    co_await serve_in(request, context, writer);
    co_return;
  }
  MeasuredResponse measured(writer, context);
  if (audit_ == nullptr) {
    co_await serve_in(request, context, measured);
    co_return;
  }
  observe::ApiCall call(request, context.request_id);
  context.call = &call;
  observe::AuditedResponse audited(measured, *audit_, call);
  co_await serve_in(request, context, audited);
}

Task<> Gateway::serve_in(wire::Request& request, Context& context, wire::ResponseWriter& writer) {
  Addressee addressee;
  std::optional<ApiError> failure;
  try {
    co_await answer(request, context, addressee, writer);
  } catch (const ApiError& error) {
    failure = error;
  } catch (const boost::system::system_error& problem) {
    if (client_is_gone(problem)) throw;
    log::error("request {}: {}", context.request_id, problem.what());
    failure = errors::internal_server();
  } catch (const std::exception& problem) {
    log::error("request {}: {}", context.request_id, problem.what());
    failure = unexpected(problem);
  }
  if (!failure) co_return;
  context.measure.failed_status = failure->http_status;
  if (context.call != nullptr) context.call->failed(*failure);
  co_await report(*failure, context, addressee, writer);
}

Task<> Gateway::answer(wire::Request& request, Context& context, Addressee& addressee,
                       wire::ResponseWriter& writer) {
  if (is_health_check(request)) {
    co_await answer_health(writer);
    co_return;
  }
  if (is_scrape(request)) {
    co_await answer_scrape(request, context, authenticator_, writer);
    co_return;
  }
  addressee.door = door_at(request.path());
  if (addressee.door != nullptr) {
    co_await answer_at_door(request, context, writer);
    co_return;
  }
  co_await answer_operation(request, context, addressee, writer);
}

Task<> Gateway::answer_operation(wire::Request& request, Context& context, Addressee& addressee,
                                 wire::ResponseWriter& writer) {
  addressee.service = query_service_of(request);
  addressee.encoding = encoding_of(request, addressee.service);
  const protocol::Route route = route_of(request, addressee.service, addressee.encoding);
  addressee.service = route.operation->service;
  addressee.operation = route.operation;
  name(context.measure, *route.operation, route.labels);
  if (context.call != nullptr) context.call->is_for(*route.operation, route.labels);
  check_audit();
  const Answer dispatch = find_answer(*route.operation);
  const auto refuse_unbuilt = [&] {
    if (dispatch == nullptr) throw errors::not_implemented(std::string(route.operation->name));
  };
  // The body that the signature is of may have no end.
  if (request.body_reader != nullptr) refuse_unbuilt();
  if (route.operation->needs_signature) {
    const identity::ServiceRules rules = rules_of(*route.operation);
    context.principal = authenticator_.authenticate(request, rules);
    note_use(context, rules.signing_names.front());
    if (context.call != nullptr) context.call->is_by(context.principal);
  }
  refuse_unbuilt();
  co_await dispatch(request, route, context, writer);
}

Task<> Gateway::answer_at_door(wire::Request& request, Context& context,
                               wire::ResponseWriter& writer) {
  DoorRoute route = route_at_door(request.method, request.path(), context.response_headers);
  context.measure.service = kDoorService;
  context.measure.operation = route.call.name;
  context.measure.use.invokes = route.call.name == "CreateInference";
  if (context.call != nullptr) context.call->is_for(route.call);
  check_audit();
  context.principal = authenticate_at_door(authenticator_, request);
  note_use(context, "bedrock");
  if (context.call != nullptr) context.call->is_by(context.principal);
  co_await route.answer(request, std::move(route.model_id), context, writer);
}

void Gateway::check_audit() const {
  if (audit_ != nullptr && audit_->refuses()) {
    throw errors::service_unavailable("The audit trail cannot be written.");
  }
}

Task<> Gateway::report(const ApiError& error, const Context& context, Addressee addressee,
                       wire::ResponseWriter& writer) {
  if (addressee.door != nullptr) {
    co_await addressee.door->report(error, context, writer);
    co_return;
  }
  const protocol::OperationDescriptor* operation = addressee.operation;
  if (writer.started()) {
    // Only streams start before they are done: the error becomes their last frame.
    if (operation == nullptr || operation->stream == protocol::StreamKind::kNone) co_return;
    co_await writer.finish(protocol::render_stream_error(error, *operation));
    co_return;
  }
  wire::Response response =
      protocol::render_error(error, context.request_id, addressee.service, addressee.encoding);
  add_headers(response.head.headers, context);
  co_await writer.send(std::move(response));
}

bool Gateway::streams_body(const wire::Request& head) {
  if (s3::is_addressed(head)) return true;
  const bool ends = head.headers.find("content-length") != nullptr;
  if (ends || door_at(head.path()) != nullptr) return false;
  try {
    const protocol::Route route = protocol::route(head.method, head.target);
    return route.operation->stream == protocol::StreamKind::kBidirectional;
  } catch (const ApiError&) {
    return false;  // is told once the body has been read
  }
}

wire::Response Gateway::render_wire_error(const ApiError& error, std::string_view target) {
  const Door* door = door_at(target.substr(0, target.find('?')));
  const std::string request_id = random_uuid();
  return door != nullptr ? door->render_error(error, request_id)
                         : protocol::render_error(error, request_id);
}

}  // namespace bedplate::operations
