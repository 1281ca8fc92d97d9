// The grammar of policy documents: JSON to parts, with everything refused that IAM refuses. Where
// its words come from: docs/policies.md, "Documents that are refused".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/policy/condition.hpp"
#include "identity/policy/policy.hpp"

namespace bedplate::identity::policy {

struct ParsedCondition {
  std::string operator_name;
  Operator op;
  std::string key;
  std::vector<std::string> values;
};

struct ParsedStatement {
  std::string sid;
  bool denies = false;
  std::optional<PrincipalElement> principal;
  std::optional<std::vector<std::string>> actions, not_actions, resources, not_resources;
  std::vector<ParsedCondition> conditions;
};

struct ParsedDocument {
  std::vector<ParsedStatement> statements;
  bool variables = false;  ///< Version 2012-10-17
};

/// @throws PolicyError
ParsedDocument parse_document(std::string_view document, DocumentKind kind);

}  // namespace bedplate::identity::policy
