// How a decision came about: each policy and statement, with what made it apply or not.
#pragma once

#include <string>
#include <vector>

#include "identity/policy/evaluation.hpp"

namespace bedplate::identity::policy {

struct StatementStep {
  int number = 0;   ///< from 1
  std::string sid;  ///< empty: none
  bool denies = false;
  Statement::Outcome outcome = Statement::Outcome::kApplies;
  std::string detail;  ///< kConditionFails: the test, and what the request has for its key
};

struct PolicyStep {
  PolicyType type = PolicyType::kIdentity;
  std::string name;
  std::string arn;
  std::vector<StatementStep> statements;
};

struct Explanation {
  Decision decision;    ///< that of evaluate(), with what it points to
  std::string message;  ///< denial_message() when denied
  std::vector<PolicyStep> policies;
};

/// Slower than evaluate(), with the same decision.
Explanation explain(const Request& request, const PrincipalPolicies& principal,
                    const ResourcePolicies& resource = {});

/// E.g. `the action is another`.
std::string_view outcome_text(Statement::Outcome outcome);

}  // namespace bedplate::identity::policy
