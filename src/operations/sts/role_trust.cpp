#include "operations/sts/role_trust.hpp"

#include "base/api_error.hpp"
#include "identity/policy/evaluation.hpp"
#include "operations/authorization/questions.hpp"

namespace bedplate::operations {
namespace {

namespace policy = identity::policy;

policy::Context context_of(const Context& context, const api::sts::AssumeRoleRequest& request) {
  const authorization::Asking asking{
      {context.principal, nullptr, context.services.bindings.catalogue()},
      context.request,
      context.services.clock.now()};
  policy::Context out = authorization::request_keys(asking, protocol::Service::kSts);
  out.set("sts:RoleSessionName", request.RoleSessionName);
  if (request.ExternalId) out.set("sts:ExternalId", *request.ExternalId);
  if (request.SourceIdentity) out.set("sts:SourceIdentity", *request.SourceIdentity);
  if (request.Tags) {
    for (const api::sts::Tag& tag : *request.Tags) {
      out.set("aws:RequestTag/" + tag.Key, tag.Value);
      out.add("aws:TagKeys", tag.Key);
    }
  }
  if (request.TransitiveTagKeys) {
    out.set("sts:TransitiveTagKeys", std::vector<std::string>(*request.TransitiveTagKeys));
  }
  return out;
}

// The administrator of the first start may do everything, but must be trusted like anybody else.
std::shared_ptr<const policy::PrincipalPolicies> policies_of(const identity::Principal& caller) {
  if (caller.policies) return caller.policies;
  return std::make_shared<const policy::PrincipalPolicies>(identity::administrator_policies());
}

}  // namespace

ApiError assume_role_denied(const Context& context, const std::string& action,
                            const std::string& role_arn) {
  return errors::access_denied(
      fmt::format("User: {} is not authorized to perform: {} on resource: {}",
                  context.principal.arn, action, role_arn));
}

void require_trust(const Context& context, const identity::Role& role,
                   const api::sts::AssumeRoleRequest& request) {
  const policy::Context keys = context_of(context, request);
  const auto policies = policies_of(context.principal);
  const policy::ResourcePolicies trust{{role.stored->trust}, true};
  std::vector<std::string> actions{"sts:AssumeRole"};
  if (request.Tags && !request.Tags->empty()) actions.emplace_back("sts:TagSession");
  if (request.SourceIdentity) actions.emplace_back("sts:SetSourceIdentity");
  for (const std::string& action : actions) {
    const policy::Request asked{*context.principal.caller, action, role.stored->arn,
                                role.record().account_id, keys};
    if (!policy::evaluate(asked, *policies, trust).allowed) {
      throw assume_role_denied(context, action, role.stored->arn);
    }
  }
}

}  // namespace bedplate::operations
