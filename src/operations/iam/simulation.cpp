#include "operations/iam/simulation.hpp"

#include "base/arn.hpp"

namespace bedplate::operations::iam {
namespace {

namespace policy = identity::policy;

constexpr std::size_t kDecisionsMax = 10'000;

std::string decision_name(const policy::Decision& decision) {
  if (decision.allowed) return "allowed";
  return decision.reason == policy::Reason::kExplicitDeny ? "explicitDeny" : "implicitDeny";
}

std::string source_type(policy::PolicyType type) {
  if (type == policy::PolicyType::kResource) return "Resource Policy";
  return type == policy::PolicyType::kBoundary ? "Permissions Boundary Policy" : "IAM Policy";
}

bool allows(const policy::PolicyStep& step) {
  bool allowed = false;
  for (const policy::StatementStep& statement : step.statements) {
    if (statement.outcome != policy::Statement::Outcome::kApplies) continue;
    if (statement.denies) return false;
    allowed = true;
  }
  return allowed;
}

// Only what decided: the denying statements of a denial, the allowing ones of an Allow.
void add_matched(const policy::PolicyStep& step, const policy::Decision& decision,
                 std::vector<api::iam::Statement>& out) {
  for (const policy::StatementStep& statement : step.statements) {
    if (statement.outcome != policy::Statement::Outcome::kApplies) continue;
    if (statement.denies == decision.allowed) continue;
    api::iam::Statement& matched = out.emplace_back();
    matched.SourcePolicyId = step.name;
    matched.SourcePolicyType = source_type(step.type);
  }
}

api::iam::EvaluationResult decide(const Simulation& simulation, const std::string& action,
                                  const std::string& resource) {
  const policy::Request request{simulation.caller, action, resource, simulation.resource_account,
                                simulation.context};
  const policy::Explanation explanation =
      policy::explain(request, simulation.principal, simulation.resource);
  api::iam::EvaluationResult out;
  out.EvalActionName = action;
  out.EvalResourceName = resource;
  out.EvalDecision = decision_name(explanation.decision);
  auto& matched = out.MatchedStatements.emplace();
  for (const policy::PolicyStep& step : explanation.policies) {
    add_matched(step, explanation.decision, matched);
    if (step.type != policy::PolicyType::kBoundary) continue;
    out.PermissionsBoundaryDecisionDetail.emplace();
    out.PermissionsBoundaryDecisionDetail->AllowedByPermissionsBoundary = allows(step);
  }
  return out;
}

}  // namespace

void add_documents(const std::optional<std::vector<std::string>>& documents,
                   policy::DocumentKind kind, std::string_view list,
                   std::vector<policy::AttachedPolicy>& out) {
  if (!documents) return;
  for (std::size_t i = 0; i < documents->size(); ++i) {
    check_document((*documents)[i], kind);
    out.push_back(
        {policy::Policy::parse((*documents)[i], kind), fmt::format("{}.{}", list, i + 1), ""});
  }
}

void set_boundary(const std::optional<std::vector<std::string>>& documents,
                  Simulation& simulation) {
  if (!documents || documents->empty()) return;
  if (documents->size() > 1) {
    throw errors::invalid_input("There can be one permissions boundary only.");
  }
  std::vector<policy::AttachedPolicy> read;
  add_documents(documents, policy::DocumentKind::kManaged, "PermissionsBoundaryPolicyInputList",
                read);
  simulation.principal.boundary = read.front();
}

void set_resource_policy(const std::optional<std::string>& document,
                         const std::optional<std::string>& owner, Simulation& simulation) {
  if (document) {
    check_document(*document, policy::DocumentKind::kResource);
    simulation.resource.attached.push_back(
        {policy::Policy::parse(*document, policy::DocumentKind::kResource), "ResourcePolicy", ""});
  }
  if (!owner) return;
  const std::optional<Arn> arn = parse_arn(*owner);
  simulation.resource_account = arn ? arn->account : *owner;
}

void set_context(const std::optional<std::vector<api::iam::ContextEntry>>& entries,
                 Simulation& simulation) {
  if (!entries) return;
  for (const api::iam::ContextEntry& entry : *entries) {
    if (!entry.ContextKeyName || !entry.ContextKeyValues) {
      throw errors::invalid_input("A context entry needs a name and values.");
    }
    simulation.context.set(*entry.ContextKeyName, *entry.ContextKeyValues);
  }
}

policy::Caller caller_of_arn(const std::string& arn) {
  std::optional<policy::Caller> caller = policy::parse_caller(arn);
  if (!caller || caller->type == policy::Caller::Type::kAnonymous) {
    throw errors::invalid_input(fmt::format("{} is not the ARN of a caller.", arn));
  }
  return std::move(*caller);
}

api::iam::SimulatePolicyResponse simulate(const Simulation& simulation, Paging page) {
  if (simulation.actions.size() * simulation.resources.size() > kDecisionsMax) {
    throw errors::invalid_input(
        fmt::format("At most {} decisions can be asked for at once.", kDecisionsMax));
  }
  api::iam::SimulatePolicyResponse response;
  auto& results = response.EvaluationResults.emplace();
  std::size_t number = 0;
  for (const std::string& action : simulation.actions) {
    for (const std::string& resource : simulation.resources) {
      if (!page.takes(fmt::format("{:06}", ++number))) continue;
      results.push_back(decide(simulation, action, resource));
    }
  }
  page.finish(response);
  return response;
}

}  // namespace bedplate::operations::iam
