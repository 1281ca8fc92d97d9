#include "identity/policy/policy.hpp"

#include <algorithm>

#include "identity/policy/grammar.hpp"

namespace bedplate::identity::policy {
namespace {

Statement compile(const ParsedStatement& parsed, bool variables) {
  Statement statement;
  statement.sid = parsed.sid;
  statement.denies = parsed.denies;
  statement.not_action = parsed.not_actions.has_value();
  statement.not_resource = parsed.not_resources.has_value();
  static const std::vector<std::string> kNone;
  const auto& actions = statement.not_action ? *parsed.not_actions : parsed.actions.value_or(kNone);
  for (const std::string& action : actions) {
    statement.actions.emplace_back(lower_case(action), Pattern::Rules{true, false, false});
  }
  const auto& resources =
      statement.not_resource ? *parsed.not_resources : parsed.resources.value_or(kNone);
  for (const std::string& resource : resources) {
    statement.resources.push_back(Pattern::of_resource(resource, variables));
  }
  statement.principal = parsed.principal;
  for (const ParsedCondition& condition : parsed.conditions) {
    statement.conditions.emplace_back(condition.operator_name, condition.op, condition.key,
                                      condition.values, variables);
  }
  return statement;
}

bool looks_at_resource_tags(const ParsedStatement& statement) {
  const auto mentions = [](const std::string& text) {
    return lower_case(text).find("resourcetag/") != std::string::npos;
  };
  const auto any = [&](const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), mentions);
  };
  if (any(statement.resources.value_or(std::vector<std::string>{}))) return true;
  if (any(statement.not_resources.value_or(std::vector<std::string>{}))) return true;
  return std::any_of(
      statement.conditions.begin(), statement.conditions.end(),
      [&](const ParsedCondition& one) { return mentions(one.key) || any(one.values); });
}

}  // namespace

bool Statement::names_action(const StatementRequest& request) const {
  const bool named = std::any_of(actions.begin(), actions.end(), [&](const Pattern& pattern) {
    return pattern.match(request.action, request.context) == Match::kYes;
  });
  return named != not_action;
}

bool Statement::names_resource(const StatementRequest& request) const {
  if (resources.empty()) return true;
  bool unresolved = false;
  for (const Pattern& pattern : resources) {
    const Match match = pattern.match(request.resource, request.context);
    if (match == Match::kYes) return !not_resource;
    unresolved = unresolved || match == Match::kUnresolved;
  }
  // A variable without a value must not widen what is allowed.
  return not_resource && (denies || !unresolved);
}

Statement::Result Statement::compare(const StatementRequest& request) const {
  Result result;
  if (!names_action(request)) return {Outcome::kOtherAction, Naming::kNone, nullptr};
  if (principal) {
    result.naming = principal->names(request.caller, denies);
    if (result.naming == Naming::kNone) return {Outcome::kOtherPrincipal, Naming::kNone, nullptr};
  }
  if (!names_resource(request)) return {Outcome::kOtherResource, Naming::kNone, nullptr};
  for (const Condition& condition : conditions) {
    if (!condition.holds(request.context, denies)) {
      return {Outcome::kConditionFails, Naming::kNone, &condition};
    }
  }
  return result;
}

std::shared_ptr<const Policy> Policy::parse(std::string_view document, DocumentKind kind) {
  const ParsedDocument parsed = parse_document(document, kind);
  std::shared_ptr<Policy> policy(new Policy);
  policy->size_characters_ = policy::size_characters(document);
  for (const ParsedStatement& statement : parsed.statements) {
    policy->statements_.push_back(compile(statement, parsed.variables));
    policy->mentions_resource_tags_ |= looks_at_resource_tags(statement);
  }
  policy->index();
  return policy;
}

void Policy::index_actions(std::uint32_t number) {
  const Statement& statement = statements_[number];
  if (statement.not_action) return for_any_.push_back(number);
  bool any = false;
  for (const Pattern& action : statement.actions) {
    const std::string_view text = action.source();
    const std::string_view service = text.substr(0, text.find(':'));
    if (action.is_literal()) {
      by_action_.push_back({hash_of(text), number});
    } else if (service.size() < text.size() && service.find('*') == std::string_view::npos) {
      by_service_.push_back({hash_of(service), number});
    } else {
      any = true;
    }
  }
  if (any) for_any_.push_back(number);
}

void Policy::index() {
  for (std::uint32_t number = 0; number < statements_.size(); ++number) index_actions(number);
  for (std::vector<IndexEntry>* entries : {&by_action_, &by_service_}) {
    std::sort(entries->begin(), entries->end());
    entries->erase(std::unique(entries->begin(), entries->end()), entries->end());
  }
}

void Policy::look(std::uint32_t number, const StatementRequest& request, bool allows_too,
                  Finding& finding) const {
  const Statement& statement = statements_[number];
  if (statement.denies ? finding.deny >= 0 : !allows_too) return;
  const Statement::Result result = statement.compare(request);
  if (result.outcome != Statement::Outcome::kApplies) return;
  int& found = statement.denies ? finding.deny : finding.allow;
  if (found < 0 || static_cast<int>(number) < found) found = static_cast<int>(number);
  if (!statement.denies) finding.naming = std::max(finding.naming, result.naming);
}

Policy::Finding Policy::find(const StatementRequest& request, bool allows_too) const {
  Finding finding;
  const auto look_at = [&](const std::vector<IndexEntry>& entries, std::uint64_t hash) {
    auto at = std::lower_bound(entries.begin(), entries.end(), IndexEntry{hash, 0});
    for (; at != entries.end() && at->hash == hash; ++at) {
      look(at->statement, request, allows_too, finding);
    }
  };
  look_at(by_action_, request.action_hash);
  look_at(by_service_, request.service_hash);
  for (const std::uint32_t number : for_any_) look(number, request, allows_too, finding);
  return finding;
}

}  // namespace bedplate::identity::policy
