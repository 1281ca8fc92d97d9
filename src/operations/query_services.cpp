#include "operations/query_services.hpp"

#include "identity/signature_claim.hpp"
#include "protocol/query/query_router.hpp"

namespace bedplate::operations {

const protocol::ServiceDescriptor* query_service_of(const wire::Request& request) {
  if (const auto scope = identity::claimed_scope(request)) {
    return protocol::query::find_service(scope->service);
  }
  return protocol::query::guess_service(request);
}

identity::ServiceRules query_rules(const protocol::OperationDescriptor& operation) {
  identity::ServiceRules rules;
  rules.signing_names = {std::string(operation.service->endpoint_name)};
  rules.bearer_allowed = false;
  rules.user_sessions_allowed = operation.service->service != protocol::Service::kIam;
  return rules;
}

}  // namespace bedplate::operations
