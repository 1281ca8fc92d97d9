// What SimulateCustomPolicy and SimulatePrincipalPolicy have in common.
#pragma once

#include "identity/policy/explanation.hpp"
#include "operations/iam/documents.hpp"
#include "operations/iam/paging.hpp"
#include "operations/iam/rows.hpp"

namespace bedplate::operations::iam {

struct Simulation {
  identity::policy::Caller caller;
  identity::policy::PrincipalPolicies principal;
  identity::policy::ResourcePolicies resource;
  identity::policy::Context context;
  std::string resource_account;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
};

/// Adds documents to the policies of the principal. Throws as check_document().
void add_documents(const std::optional<std::vector<std::string>>& documents,
                   identity::policy::DocumentKind kind, std::string_view list,
                   std::vector<identity::policy::AttachedPolicy>& out);
void set_boundary(const std::optional<std::vector<std::string>>& documents, Simulation& simulation);
void set_resource_policy(const std::optional<std::string>& document,
                         const std::optional<std::string>& owner, Simulation& simulation);
void set_context(const std::optional<std::vector<api::iam::ContextEntry>>& entries,
                 Simulation& simulation);
/// Throws InvalidInput for what is no ARN of a caller.
identity::policy::Caller caller_of_arn(const std::string& arn);

/// One page of the decisions, an action after the other and each for all resources.
api::iam::SimulatePolicyResponse simulate(const Simulation& simulation, Paging page);

/// Everything but whose policies they are.
template <class Request>
void read_simulation(const Request& request, Simulation& simulation) {
  if (request.ResourceHandlingOption) {
    throw errors::invalid_input("ResourceHandlingOption is for EC2, which is not here.");
  }
  simulation.actions = request.ActionNames;
  simulation.resources = request.ResourceArns.value_or(std::vector<std::string>{"*"});
  set_boundary(request.PermissionsBoundaryPolicyInputList, simulation);
  set_resource_policy(request.ResourcePolicy, request.ResourceOwner, simulation);
  set_context(request.ContextEntries, simulation);
  if (request.CallerArn) simulation.caller = caller_of_arn(*request.CallerArn);
  simulation.caller.describe(simulation.context);
}

}  // namespace bedplate::operations::iam
