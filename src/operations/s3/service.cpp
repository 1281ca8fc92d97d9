#include "operations/s3/service.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "identity/signature_claim.hpp"
#include "observe/audited_response.hpp"
#include "operations/client_gone.hpp"
#include "operations/s3/payload.hpp"
#include "operations/s3/routes.hpp"

namespace bedplate::operations::s3 {
namespace {

constexpr std::string_view kService = "s3";
constexpr std::string_view kEventSource = "s3.amazonaws.com";

/// Signature Version 2, which only S3 ever had; boto3 still presigns with it unless it is told not
/// to. S3 itself refuses it in its newer regions.
bool is_signed_by_version_2(const wire::Request& request) {
  const std::string query = "&" + std::string(request.query());
  return request.headers.get("authorization").starts_with("AWS ") ||
         query.find("&AWSAccessKeyId=") != std::string::npos;
}

bool is_presigned(const wire::Request& request) {
  return request.headers.find("authorization") == nullptr;
}

S3Error internal_error() {
  return {"InternalError", 500, "We encountered an internal error. Please try again."};
}

/// One request on its way.
struct Exchange {
  wire::Request request;
  Context context;
  Route route;
  std::optional<Call> call;
  observe::ApiCall* event = nullptr;
};

identity::ServiceRules service_rules() {
  identity::ServiceRules rules;
  rules.signing_names = {std::string(kService)};
  rules.bearer_allowed = false;
  return rules;
}

Task<> answer(Exchange& exchange, const identity::Authenticator& authenticator,
              observe::AuditTrail* audit, wire::ResponseWriter& writer) {
  const wire::Request& request = exchange.request;
  Call& call = *exchange.call;
  if (exchange.event != nullptr && audit->refuses()) {
    throw S3Error("ServiceUnavailable", 503, "The audit trail cannot be written.");
  }
  if (!call.presigned && request.headers.find("x-amz-content-sha256") == nullptr) {
    throw invalid_request("Missing required header for this request: x-amz-content-sha256");
  }
  identity::Authentication caller =
      authenticator.authenticate_with_payload(request, service_rules());
  exchange.context.principal = std::move(caller.principal);
  if (exchange.event != nullptr) exchange.event->is_by(exchange.context.principal);
  if (exchange.route.operation == nullptr) throw not_implemented_operation(exchange.route.name);
  Payload payload(call, std::move(caller.chunks));
  call.payload = &payload;
  co_await exchange.route.operation(call, writer);
}

/// @param failure  what the request ended with
Task<> report(const S3Error failure, const Exchange& exchange, wire::ResponseWriter& writer) {
  // An answer that has begun can only be broken off: its length was told.
  if (writer.started()) throw std::runtime_error(failure.what());
  const std::string& id = exchange.context.request_id;
  wire::Response response;
  response.head.status = failure.http_status;
  response.head.headers.add("x-amz-request-id", id);
  response.head.headers.add("x-amz-id-2", base64_encode(id));
  for (const auto& [name, value] : failure.headers) response.head.headers.add(name, value);
  if (exchange.request.method != "HEAD" && failure.http_status != 304) {
    response.head.headers.add("Content-Type", "application/xml");
    response.body = error_document(failure, exchange.request.path(), id, base64_encode(id));
  }
  co_await writer.send(std::move(response));
}

Task<> serve_in(Exchange& exchange, const identity::Authenticator& authenticator,
                observe::AuditTrail* audit, std::optional<S3Error> failure,
                wire::ResponseWriter& writer) {
  const std::string& id = exchange.context.request_id;
  try {
    if (!failure) co_await answer(exchange, authenticator, audit, writer);
  } catch (const S3Error& error) {
    failure = error;
  } catch (const objects::ObjectsError& error) {
    failure = s3_error(error);
    if (failure->http_status >= 500) log::error("request {}: {}", id, error.what());
  } catch (const ApiError& error) {
    failure = s3_error(error, is_presigned(exchange.request));
  } catch (const boost::system::system_error& problem) {
    if (client_is_gone(problem)) throw;
    log::error("request {}: {}", id, problem.what());
    failure = internal_error();
  } catch (const std::exception& problem) {
    log::error("request {}: {}", id, problem.what());
    failure = internal_error();
  }
  if (!failure) co_return;
  if (exchange.event != nullptr) {
    exchange.event->failed(ApiError(failure->code, failure->http_status, failure->what()));
  }
  co_await report(*failure, exchange, writer);
}

}  // namespace

bool is_addressed(const wire::Request& request) {
  const auto scope = identity::claimed_scope(request);
  return scope ? scope->service == kService : is_signed_by_version_2(request);
}

Task<> serve(wire::Request request, const Services& services,
             const identity::Authenticator& authenticator, observe::AuditTrail* audit,
             wire::ResponseWriter& writer) {
  Exchange exchange{
      std::move(request),
      {services, {}, random_uuid(), SteadyClock::now(), {}, nullptr, nullptr, nullptr},
      {},
      std::nullopt,
      nullptr};
  exchange.context.request = &exchange.request;
  std::optional<S3Error> failure;
  try {
    if (is_signed_by_version_2(exchange.request)) {
      throw invalid_request(
          "The authorization mechanism you have provided is not supported. Please use "
          "AWS4-HMAC-SHA256.");
    }
    if (services.objects == nullptr) throw not_implemented_operation("S3");
    Address address = address_of(exchange.request);
    protocol::query::Parameters query = query_of(exchange.request);
    const bool presigned = is_presigned(exchange.request);
    exchange.call.emplace(Call{exchange.context, exchange.request, *services.objects,
                               std::move(address), std::move(query), presigned, nullptr});
    const bool copies = !exchange.call->header("x-amz-copy-source").empty();
    exchange.route =
        route(exchange.request.method, exchange.call->address, exchange.call->query, copies);
  } catch (const S3Error& error) {
    failure = error;
  }
  // Data events are off, as CloudTrail's are unless one asks for them.
  if (audit == nullptr || failure || exchange.route.data_event) {
    co_await serve_in(exchange, authenticator, audit, std::move(failure), writer);
    co_return;
  }
  observe::ApiCall event(exchange.request, exchange.context.request_id);
  event.is_for(
      observe::DoorCall{exchange.route.name, false, kEventSource, exchange.route.read_only});
  if (!exchange.call->address.bucket.empty()) {
    event.takes_identifier("bucketName", exchange.call->address.bucket);
  }
  exchange.event = &event;
  observe::AuditedResponse audited(writer, *audit, event);
  co_await serve_in(exchange, authenticator, audit, std::move(failure), audited);
}

}  // namespace bedplate::operations::s3
