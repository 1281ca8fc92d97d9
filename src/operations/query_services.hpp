// Requests for IAM, STS and CloudWatch: how they are told from Bedrock's, and who may send them.
#pragma once

#include "identity/authenticator.hpp"
#include "protocol/schema.hpp"
#include "wire/http.hpp"

namespace bedplate::operations {

/// The query service that a request is for; nullptr when it is for none. AWS_ENDPOINT_URL sends the
/// calls of every service to one port, so the service that the signature names decides. A request
/// without a signature (AssumeRoleWithWebIdentity needs none) is known by its parameters.
const protocol::ServiceDescriptor* query_service_of(const wire::Request& request);

/// How a request for that service, nullptr for none of them, is written.
protocol::Encoding encoding_of(const wire::Request& request,
                               const protocol::ServiceDescriptor* service);

/// What such a service accepts. Of any region: clients with an endpoint of their own sign calls to
/// IAM, which is global on AWS, for the region they are configured with.
identity::ServiceRules query_rules(const protocol::OperationDescriptor& operation);

}  // namespace bedplate::operations
