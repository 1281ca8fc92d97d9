// GET /metrics: what Prometheus scrapes. Who may read it: docs/metrics.md.
#pragma once

#include "identity/authenticator.hpp"
#include "operations/context.hpp"

namespace bedplate::operations {

/// A bucket of that name has another path: S3's requests are signed for S3.
bool is_scrape(const wire::Request& request);

/// Throws ApiError for another method than GET and for whoever may not read it.
Task<> answer_scrape(const wire::Request& request, Context& context,
                     const identity::Authenticator& authenticator, wire::ResponseWriter& writer);

}  // namespace bedplate::operations
