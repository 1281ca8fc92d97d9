#include "identity/policy/explanation.hpp"

#include <fmt/format.h>

#include "identity/policy/statement_request.hpp"

namespace bedplate::identity::policy {
namespace {

std::string request_value(const Condition& condition, const Context& context) {
  const std::vector<std::string>* values = context.find(condition.key());
  if (values == nullptr) return "the request has no such key";
  return fmt::format("the request has \"{}\"", fmt::join(*values, "\", \""));
}

PolicyStep step_of(const AttachedPolicy& attached, PolicyType type,
                   const StatementRequest& request) {
  PolicyStep step{type, attached.name, attached.arn, {}};
  int number = 0;
  for (const Statement& statement : attached.policy->statements()) {
    const Statement::Result result = statement.compare(request);
    StatementStep one{++number, statement.sid, statement.denies, result.outcome, ""};
    if (result.condition != nullptr) {
      one.detail = fmt::format("{}; {}", result.condition->text(),
                               request_value(*result.condition, request.context));
    }
    step.statements.push_back(std::move(one));
  }
  return step;
}

}  // namespace

Explanation explain(const Request& request, const PrincipalPolicies& principal,
                    const ResourcePolicies& resource) {
  const PreparedRequest prepared(request);
  Explanation explanation;
  const auto add = [&](const std::vector<AttachedPolicy>& list, PolicyType type) {
    for (const AttachedPolicy& attached : list) {
      explanation.policies.push_back(step_of(attached, type, prepared.get()));
    }
  };
  add(principal.identity, PolicyType::kIdentity);
  if (principal.boundary) {
    explanation.policies.push_back(
        step_of(*principal.boundary, PolicyType::kBoundary, prepared.get()));
  }
  add(principal.session, PolicyType::kSession);
  add(resource.attached, resource.of_role ? PolicyType::kTrust : PolicyType::kResource);
  explanation.decision = evaluate(request, principal, resource);
  if (!explanation.decision.allowed) {
    explanation.message = denial_message(request, explanation.decision);
  }
  return explanation;
}

std::string_view outcome_text(Statement::Outcome outcome) {
  switch (outcome) {
    case Statement::Outcome::kApplies:
      return "applies";
    case Statement::Outcome::kOtherAction:
      return "the action is another";
    case Statement::Outcome::kOtherPrincipal:
      return "the principal is another";
    case Statement::Outcome::kOtherResource:
      return "the resource is another";
    case Statement::Outcome::kConditionFails:
      break;
  }
  return "a condition does not hold";
}

}  // namespace bedplate::identity::policy
