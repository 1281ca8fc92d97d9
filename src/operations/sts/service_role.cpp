#include "operations/sts/service_role.hpp"

#include <fmt/format.h>

#include "base/arn.hpp"
#include "base/ids.hpp"
#include "identity/open_sessions.hpp"
#include "identity/policy/evaluation.hpp"
#include "identity/session_token.hpp"
#include "operations/authorization/pass_role.hpp"

namespace bedplate::operations {
namespace {

namespace policy = identity::policy;

ApiError cannot_be_assumed(const std::string& role_arn) {
  return errors::validation(
      fmt::format("The role {} does not exist, or its trust policy does not allow {} to assume it.",
                  role_arn, authorization::kBedrockService));
}

void add_time(policy::Context& keys, Timestamp now) {
  keys.set("aws:CurrentTime", format_iso8601_s(now));
  keys.set("aws:EpochTime", fmt::format("{}", now.time_since_epoch().count() / 1000));
}

}  // namespace

identity::Principal assume_service_role(const Services& services, const ServiceRoleUse& use) {
  const std::optional<Arn> arn = parse_arn(use.role_arn);
  // Reported for CreateModelInvocationJob.
  if (arn && arn->account != use.account_id) {
    throw errors::access_denied("Cross-account pass role is not allowed.");
  }
  const auto account = services.directories.get()->find_account(use.account_id);
  const identity::Role* role = authorization::find_role(account.get(), use.role_arn);
  const Timestamp now = services.clock.now();
  const bool trusted =
      role != nullptr && !account->record().closed &&
      authorization::trusts_service(*role->stored, {authorization::kBedrockService, use.account_id,
                                                    use.region, use.source_arn, now});
  if (!trusted) throw cannot_be_assumed(use.role_arn);

  identity::SessionClaims claims;
  claims.type = identity::SessionClaims::Type::kRole;
  claims.account_id = use.account_id;
  claims.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", use.account_id,
                           role->record().name, use.session_name);
  claims.user_name = use.session_name;
  claims.entity_id = role->record().id;
  claims.issued = now;
  claims.expires = now + std::chrono::hours(1);
  const identity::OpenSession session(std::move(claims));
  const auto identity = session.identity(account);
  if (!identity) throw cannot_be_assumed(use.role_arn);

  identity::Principal principal;
  principal.kind = identity::Principal::Kind::kSession;
  principal.account_id = use.account_id;
  principal.arn = session.claims()->arn;
  principal.user_name = use.session_name;
  principal.region = use.region;
  principal.entity_id = session.claims()->entity_id;
  principal.caller = identity->caller;
  principal.policies = identity->policies;
  principal.session = session.claims();
  return principal;
}

bool may_use_object(const Services& services, const identity::Principal& principal,
                    std::string_view action, std::string_view arn, std::string_view owner) {
  if (principal.policies == nullptr) return true;
  policy::Context keys;
  principal.caller->describe(keys);
  add_time(keys, services.clock.now());
  keys.set("aws:ResourceAccount", std::string(owner));
  keys.set("aws:RequestedRegion", principal.region);
  keys.set("aws:SecureTransport", "true");  // it does not leave the server
  const policy::Request asked{*principal.caller, action, arn, owner, keys};
  return policy::evaluate(asked, *principal.policies).allowed;
}

}  // namespace bedplate::operations
