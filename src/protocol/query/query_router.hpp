// Which operation of which service a query-protocol request is for.
#pragma once

#include <string_view>

#include "protocol/router.hpp"

namespace bedplate::protocol::query {

/// The query service that signatures call so ("iam", "sts"); nullptr when there is none.
const ServiceDescriptor* find_service(std::string_view signing_name);

/// The query service that a request without a readable signature must mean, by its Version or its
/// Action; nullptr when neither tells. Never throws for what the request holds.
const ServiceDescriptor* guess_service(const wire::Request& request);

/// The service's operation that the parameters Action and Version name. Throws
/// errors::unknown_operation for another path than "/", errors::missing_action,
/// errors::invalid_action, and what parameters_of() throws.
Route route(const ServiceDescriptor& service, const wire::Request& request);

}  // namespace bedplate::protocol::query
