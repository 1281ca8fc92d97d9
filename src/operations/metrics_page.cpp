#include "operations/metrics_page.hpp"

#include "identity/signature_claim.hpp"
#include "observe/metrics/server_metrics.hpp"
#include "operations/authorization/authorization.hpp"

namespace bedplate::operations {
namespace {

using Access = observe::MetricsOptions::Access;
using observe::Exposition;

constexpr std::string_view kPath = "/metrics";
constexpr std::string_view kAction = "cloudwatch:GetMetricData";

bool is_on_loopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

/// The page shows all accounts, so the others' administrators may not read it.
Task<> require_permission(const wire::Request& request, Context& context,
                          const identity::Authenticator& authenticator) {
  identity::ServiceRules rules;
  rules.signing_names = {"monitoring", "bedrock"};
  context.principal = authenticator.authenticate(request, rules);
  if (context.principal.account_id != context.services.credentials.account_id()) {
    throw errors::access_denied("The metrics of the server are for its own account only.");
  }
  co_await authorization::authorize_action(context, kAction, "*");
}

}  // namespace

bool is_scrape(const wire::Request& request) {
  if (request.path() != kPath) return false;
  const auto scope = identity::claimed_scope(request);
  return !scope || scope->service == "monitoring" || scope->service == "bedrock";
}

Task<> answer_scrape(const wire::Request& request, Context& context,
                     const identity::Authenticator& authenticator, wire::ResponseWriter& writer) {
  observe::ServerMetrics* metrics = context.services.metrics;
  if (metrics == nullptr || metrics->options().access == Access::kOff) {
    throw errors::unknown_operation();
  }
  if (request.method != "GET") throw errors::method_not_allowed("GET");
  const Access access = metrics->options().access;
  const bool free = access == Access::kOpen ||
                    (access == Access::kLoopback && is_on_loopback(request.peer_address));
  if (!free) co_await require_permission(request, context, authenticator);
  const auto format = Exposition::format_for(request.headers.get("accept"));
  wire::Response response;
  response.body = co_await metrics->scrape(format);
  response.head.headers.add("Content-Type", std::string(Exposition::content_type(format)));
  co_await writer.send(std::move(response));
}

}  // namespace bedplate::operations
