// S3's API on the server's endpoint (docs/s3.md).
#pragma once

#include "identity/authenticator.hpp"
#include "observe/audit_trail.hpp"
#include "operations/context.hpp"
#include "wire/http.hpp"

namespace bedplate::operations::s3 {

/// Whether a request is S3's: AWS_ENDPOINT_URL sends the calls of every service to one port, so the
/// service that the signature names decides.
bool is_addressed(const wire::Request& request);

/// Answers a request for which is_addressed(). Throws only when the client is gone.
/// @param audit  gets the management events; nullptr: nobody does
Task<> serve(wire::Request request, const Services& services,
             const identity::Authenticator& authenticator, observe::AuditTrail* audit,
             wire::ResponseWriter& writer);

}  // namespace bedplate::operations::s3
