#include "operations/query_services.hpp"

#include "identity/signature_claim.hpp"
#include "protocol/query/query_router.hpp"
#include "protocol/rpc/rpc_messages.hpp"

namespace bedplate::operations {

const protocol::ServiceDescriptor* query_service_of(const wire::Request& request) {
  if (const auto scope = identity::claimed_scope(request)) {
    return protocol::query::find_service(scope->service);
  }
  if (const auto* named = protocol::rpc::find_service(request)) return named;
  return protocol::query::guess_service(request);
}

protocol::Encoding encoding_of(const wire::Request& request,
                               const protocol::ServiceDescriptor* service) {
  const bool has_choice = service != nullptr && !service->target_prefix.empty();
  return has_choice ? protocol::rpc::encoding_of(request) : protocol::Encoding::kModelled;
}

identity::ServiceRules query_rules(const protocol::OperationDescriptor& operation) {
  identity::ServiceRules rules;
  rules.signing_names = {std::string(operation.service->endpoint_name)};
  rules.bearer_allowed = false;
  rules.user_sessions_allowed = operation.service->service != protocol::Service::kIam;
  return rules;
}

}  // namespace bedplate::operations
