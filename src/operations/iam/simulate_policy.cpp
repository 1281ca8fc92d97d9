// SimulateCustomPolicy and SimulatePrincipalPolicy: what policies say about requests that nobody
// makes.
#include "base/arn.hpp"
#include "operations/iam/simulation.hpp"

namespace bedplate::operations {
namespace {

namespace policy = identity::policy;

// The policies of a group as one of its users would have them.
policy::PrincipalPolicies policies_of(const identity::Account& account,
                                      const identity::StoredGroup& group) {
  policy::PrincipalPolicies out;
  out.identity = group.inline_policies;
  for (const std::string& arn : group.record.attached) {
    out.identity.push_back(account.managed(arn).value_or(identity::missing_policy(arn)));
  }
  return out;
}

// Whose policies they are. False when there is no such user, group or role.
bool find_source(const identity::Account& account, const std::string& arn,
                 iam::Simulation& simulation) {
  const std::string name = arn.substr(arn.rfind('/') + 1);
  const identity::User* user = account.find_user(name);
  if (user != nullptr && user->stored->arn == arn) {
    simulation.principal = *user->policies;
    simulation.caller = *user->caller;
    return true;
  }
  const identity::Role* role = account.find_role(name);
  if (role != nullptr && role->stored->arn == arn) {
    simulation.principal = *role->policies;
    simulation.caller.type = policy::Caller::Type::kAssumedRole;
    simulation.caller.arn = simulation.caller.entity_arn = arn;
    simulation.caller.account_id = account.id();
    simulation.caller.unique_id = role->record().id;
    simulation.caller.tags = role->record().tags;
    return true;
  }
  const identity::StoredGroup* group = account.find_group(name);
  if (group == nullptr || group->arn != arn) return false;
  simulation.principal = policies_of(account, *group);
  simulation.caller.account_id = account.id();
  simulation.caller.type = policy::Caller::Type::kUser;
  return true;
}

}  // namespace

template <>
Task<op::iam::SimulateCustomPolicy::Response> handle<op::iam::SimulateCustomPolicy>(
    Context& context, op::iam::SimulateCustomPolicy::Request request) {
  if (request.OrderedOrganizationPolicyInputList) {
    throw errors::invalid_input("Policies of organizations are not supported.");
  }
  if (request.ResourcePolicy && !request.CallerArn) {
    throw errors::invalid_input("ResourcePolicy needs a CallerArn.");
  }
  iam::Simulation simulation;
  simulation.caller.type = policy::Caller::Type::kUser;
  simulation.caller.account_id = context.principal.account_id;
  iam::add_documents(request.PolicyInputList, policy::DocumentKind::kManaged, "PolicyInputList",
                     simulation.principal.identity);
  iam::read_simulation(request, simulation);
  co_return iam::simulate(simulation,
                          iam::Paging(context, "simulation", request.Marker, request.MaxItems));
}

template <>
Task<op::iam::SimulatePrincipalPolicy::Response> handle<op::iam::SimulatePrincipalPolicy>(
    Context& context, op::iam::SimulatePrincipalPolicy::Request request) {
  if (request.PolicyExclusionList && !request.PolicyExclusionList->empty()) {
    throw errors::invalid_input("PolicyExclusionList is not supported.");
  }
  const auto account = iam::account_of(context);
  iam::Simulation simulation;
  if (!find_source(*account, request.PolicySourceArn, simulation)) {
    throw errors::no_such_entity(
        fmt::format("The entity {} cannot be found.", request.PolicySourceArn));
  }
  iam::add_documents(request.PolicyInputList, policy::DocumentKind::kManaged, "PolicyInputList",
                     simulation.principal.identity);
  iam::read_simulation(request, simulation);
  co_return iam::simulate(simulation, iam::Paging(context, "simulation " + request.PolicySourceArn,
                                                  request.Marker, request.MaxItems));
}

}  // namespace bedplate::operations
