#include "operations/authorization/pass_role.hpp"

#include "operations/authorization/authorization.hpp"
#include "operations/authorization/targets.hpp"

namespace bedplate::operations::authorization {
namespace {

namespace policy = identity::policy;

constexpr std::string_view kAssumeRole = "sts:AssumeRole";

policy::Context keys_of(const ServiceCall& call) {
  using std::chrono::duration_cast;
  policy::Context keys;
  keys.set("aws:PrincipalIsAWSService", "true");
  keys.set("aws:PrincipalServiceName", call.service);
  keys.set("aws:ViaAWSService", "false");
  keys.set("aws:SourceAccount", call.account_id);
  if (!call.associated_arn.empty()) keys.set("aws:SourceArn", call.associated_arn);
  keys.set("aws:RequestedRegion", call.region);
  keys.set("aws:CurrentTime", format_iso8601_s(call.now));
  const auto since_1970 = duration_cast<std::chrono::seconds>(call.now.time_since_epoch());
  keys.set("aws:EpochTime", std::to_string(since_1970.count()));
  return keys;
}

}  // namespace

const identity::Role* find_role(const identity::Account* account, std::string_view role_arn) {
  if (account == nullptr) return nullptr;
  const identity::Role* role = account->find_role(role_arn.substr(role_arn.rfind('/') + 1));
  return role != nullptr && role->stored->arn == role_arn ? role : nullptr;
}

bool trusts_service(const identity::StoredRole& role, const ServiceCall& call) {
  policy::Caller caller;
  caller.type = policy::Caller::Type::kService;
  caller.service = call.service;
  const policy::Context keys = keys_of(call);
  const policy::Request asked{caller, kAssumeRole, role.arn, role.record.account_id, keys};
  const policy::ResourcePolicies trust{{role.trust}, true};
  return policy::evaluate(asked, {}, trust).allowed;
}

void pass_role(const Context& context, std::string_view role_arn, std::string_view service,
               std::string_view associated_arn, std::string_view refusal) {
  const identity::Principal& caller = context.principal;
  if (caller.kind == identity::Principal::Kind::kAnonymous) return;
  const std::string owner = owner_of(role_arn);
  if (!owner.empty() && owner != caller.account_id) {
    // Recorded from several services, in the same words.
    throw errors::not_authorized("Cross-account pass role is not allowed.");
  }
  authorize_pass_role(context, role_arn, service, associated_arn);
  const auto account = context.services.directories.get()->find_account(caller.account_id);
  const identity::Role* role = find_role(account.get(), role_arn);
  const ServiceCall call{service, caller.account_id, caller.region, associated_arn,
                         context.services.clock.now()};
  if (role == nullptr || !trusts_service(*role->stored, call)) {
    throw errors::validation(std::string(refusal));
  }
}

}  // namespace bedplate::operations::authorization
