#include "identity/policy/grammar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/bytes.hpp"
#include "identity/policy/json_document.hpp"
#include "identity/policy/resource_rules.hpp"

namespace bedplate::identity::policy {
namespace {

namespace json = boost::json;

constexpr std::size_t kDocumentBytesMax = 131072;  // the length that IAM's API takes
constexpr std::string_view kVersion2012 = "2012-10-17";
constexpr std::string_view kVersion2008 = "2008-10-17";

[[noreturn]] void refuse(const std::string& message) {
  throw PolicyError("MalformedPolicyDocument", message);
}

/// Reads one document. The order of the checks is IAM's, so that a document with several mistakes
/// gets the same text.
class Reader {
 public:
  explicit Reader(DocumentKind kind) : kind_(kind) {}

  ParsedDocument read(std::string_view text);

 private:
  using Texts = std::optional<std::vector<std::string>>;

  bool trust() const { return kind_ == DocumentKind::kTrust; }
  bool has_principals() const { return trust() || kind_ == DocumentKind::kResource; }
  bool old_version_allowed() const {
    return has_principals() || kind_ == DocumentKind::kAwsManaged ||
           kind_ == DocumentKind::kSession;
  }
  [[noreturn]] void syntax_error() const {
    refuse(trust() ? "Syntax error in policy." : "Syntax errors in policy.");
  }

  const json::value* member(const json::object& object, std::string_view name) const;
  std::string text_of(const json::value& value) const;
  Texts texts_of(const json::object& object, std::string_view name) const;
  void read_version(const json::object& document, ParsedDocument& parsed) const;
  void read_members(const json::object& document) const;
  ParsedStatement read_statement(const json::value& value);
  void read_effect(const json::object& object, ParsedStatement& statement);
  void read_principal(const json::object& object, ParsedStatement& statement) const;
  PrincipalElement principal_of(const json::value& value, bool negated) const;
  void read_conditions(const json::object& object, ParsedStatement& statement) const;
  std::string condition_value(const json::value& value) const;

  void check(const ParsedDocument& parsed) const;
  void check_values(const ParsedDocument& parsed) const;
  void check_sids(const ParsedDocument& parsed) const;
  void check_elements(const ParsedStatement& statement) const;
  void check_trust(const ParsedStatement& statement) const;

  DocumentKind kind_;
  bool effect_misspelt_ = false;  ///< in upper or lower case: refused later than other mistakes
};

const json::value* Reader::member(const json::object& object, std::string_view name) const {
  return object.if_contains(json::string_view(name.data(), name.size()));
}

std::string Reader::text_of(const json::value& value) const {
  if (!value.is_string()) syntax_error();
  return std::string(value.as_string());
}

Reader::Texts Reader::texts_of(const json::object& object, std::string_view name) const {
  const json::value* value = member(object, name);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  if (value->is_array()) {
    for (const json::value& one : value->as_array()) texts.push_back(text_of(one));
  } else {
    texts.push_back(text_of(*value));
  }
  return texts;
}

void Reader::read_members(const json::object& document) const {
  for (const auto& [name, value] : document) {
    if (name != "Version" && name != "Id" && name != "Statement") syntax_error();
    if (name == "Id") text_of(value);
  }
}

void Reader::read_version(const json::object& document, ParsedDocument& parsed) const {
  const json::value* version = member(document, "Version");
  if (version == nullptr) return;
  const bool known = version->is_string() &&
                     (version->as_string() == kVersion2012 || version->as_string() == kVersion2008);
  if (!known && trust()) refuse("The policy must contain a valid version string");
  if (!known) syntax_error();
  parsed.variables = version->as_string() == kVersion2012;
}

void Reader::read_effect(const json::object& object, ParsedStatement& statement) {
  const json::value* effect = member(object, "Effect");
  if (effect == nullptr && trust()) refuse("Missing required field Effect");
  if (effect == nullptr) syntax_error();
  const std::string text = text_of(*effect);
  statement.denies = text == "Deny";
  if (statement.denies || text == "Allow") return;
  if (trust()) refuse(fmt::format("Invalid effect: {}", text));
  const std::string lower = lower_case(text);
  if (lower != "allow" && lower != "deny") syntax_error();
  effect_misspelt_ = true;
}

PrincipalElement Reader::principal_of(const json::value& value, bool negated) const {
  std::vector<PrincipalElement::Entry> entries;
  if (value.is_string() && value.as_string() == "*" && !trust()) {
    entries.push_back({PrincipalElement::Entry::Kind::kEverybody, ""});
    return {std::move(entries), negated};
  }
  if (value.is_string() && trust()) refuse("Principal must be a JSON object.");
  if (!value.is_object()) syntax_error();
  const json::object& map = value.as_object();
  if (map.empty()) refuse("Missing required field Principal cannot be empty!");
  for (const auto& [type, unused] : map) {
    const std::string_view name(type.data(), type.size());
    const bool known = name == "AWS" || name == "Service" || name == "Federated" ||
                       (name == "CanonicalUser" && !trust());
    if (!known) refuse(fmt::format("Invalid principal in policy: \"{}\"", name));
    const Texts named = texts_of(map, name);
    if (named->empty()) refuse("Missing required field Principal cannot be empty!");
    for (const std::string& one : *named) {
      const auto entry = PrincipalElement::parse_entry(name, one);
      if (!entry) refuse(fmt::format("Invalid principal in policy: \"{}\":\"{}\"", name, one));
      entries.push_back(*entry);
    }
  }
  return {std::move(entries), negated};
}

void Reader::read_principal(const json::object& object, ParsedStatement& statement) const {
  const json::value* principal = member(object, "Principal");
  const json::value* not_principal = member(object, "NotPrincipal");
  if (!has_principals()) {
    if (principal != nullptr || not_principal != nullptr) {
      refuse("Policy document should not specify a principal.");
    }
    return;
  }
  if (principal != nullptr && not_principal != nullptr) syntax_error();
  if (principal == nullptr && not_principal == nullptr) {
    refuse("Missing required field Principal");
  }
  if (not_principal != nullptr && trust() && !statement.denies) {
    refuse("Allow with NotPrincipal is not allowed.");
  }
  statement.principal =
      principal != nullptr ? principal_of(*principal, false) : principal_of(*not_principal, true);
}

std::string Reader::condition_value(const json::value& value) const {
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_double()) return fmt::format("{}", value.as_double());
  if (value.is_number()) return json::serialize(value);
  return text_of(value);
}

void Reader::read_conditions(const json::object& object, ParsedStatement& statement) const {
  const json::value* conditions = member(object, "Condition");
  if (conditions == nullptr) return;
  if (!conditions->is_object()) syntax_error();
  for (const auto& [name, tests] : conditions->as_object()) {
    if (!tests.is_object()) syntax_error();
    if (tests.as_object().empty()) continue;  // IAM takes any name then
    const std::string operator_name(name);
    const std::optional<Operator> op = parse_operator(operator_name);
    if (!op) syntax_error();
    for (const auto& [key, value] : tests.as_object()) {
      ParsedCondition condition{operator_name, *op, std::string(key), {}};
      if (value.is_array()) {
        for (const json::value& one : value.as_array()) {
          condition.values.push_back(condition_value(one));
        }
      } else {
        condition.values.push_back(condition_value(value));
      }
      statement.conditions.push_back(std::move(condition));
    }
  }
}

ParsedStatement Reader::read_statement(const json::value& value) {
  static constexpr std::string_view kElements[] = {"Sid",      "Principal",   "NotPrincipal",
                                                   "Effect",   "Action",      "NotAction",
                                                   "Resource", "NotResource", "Condition"};
  if (!value.is_object()) syntax_error();
  const json::object& object = value.as_object();
  for (const auto& [name, unused] : object) {
    const std::string_view text(name.data(), name.size());
    if (std::find(std::begin(kElements), std::end(kElements), text) == std::end(kElements)) {
      if (trust()) refuse(fmt::format("Has prohibited field {}", text));
      syntax_error();
    }
  }
  ParsedStatement statement;
  if (const json::value* sid = member(object, "Sid")) statement.sid = text_of(*sid);
  read_effect(object, statement);
  read_principal(object, statement);
  statement.actions = texts_of(object, "Action");
  statement.not_actions = texts_of(object, "NotAction");
  statement.resources = texts_of(object, "Resource");
  statement.not_resources = texts_of(object, "NotResource");
  if (statement.actions && statement.not_actions) syntax_error();
  if (statement.resources && statement.not_resources) syntax_error();
  read_conditions(object, statement);
  return statement;
}

ParsedDocument Reader::read(std::string_view text) {
  const std::optional<json::value> value = parse_json_document(text);
  if (!value && trust()) refuse("This policy contains invalid Json");
  if (!value || !value->is_object()) syntax_error();
  const json::object& document = value->as_object();
  read_members(document);
  ParsedDocument parsed;
  read_version(document, parsed);
  const json::value* statements = member(document, "Statement");
  const bool none =
      statements == nullptr || (statements->is_array() && statements->as_array().empty());
  if (none && trust()) refuse("Could not parse the policy: Statement is empty!");
  if (none) syntax_error();
  if (statements->is_array()) {
    for (const json::value& one : statements->as_array()) {
      parsed.statements.push_back(read_statement(one));
    }
  } else {
    parsed.statements.push_back(read_statement(*statements));
  }
  if (!parsed.variables && !old_version_allowed()) {
    refuse("Policy document must be version 2012-10-17 or greater.");
  }
  check(parsed);
  return parsed;
}

void Reader::check_values(const ParsedDocument& parsed) const {
  if (effect_misspelt_) refuse("The policy failed legacy parsing");
  for (const ParsedStatement& statement : parsed.statements) {
    for (const ParsedCondition& one : statement.conditions) {
      try {
        Condition(one.operator_name, one.op, one.key, one.values, parsed.variables);
      } catch (const UnreadableValue&) {
        refuse("The policy failed legacy parsing");
      }
    }
  }
}

void Reader::check_sids(const ParsedDocument& parsed) const {
  static constexpr std::string_view kAlphanumeric =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::set<std::string> sids;
  for (const ParsedStatement& statement : parsed.statements) {
    if (statement.sid.empty()) continue;
    if (!sids.insert(statement.sid).second) {
      refuse(trust() ? "The Statement Ids in the policy are not unique"
                     : "Statement IDs (SID) in a single policy must be unique.");
    }
    const bool plain = statement.sid.find_first_not_of(kAlphanumeric) == std::string::npos;
    if (!plain && kind_ != DocumentKind::kResource) {
      refuse(
          "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
          "expression [0-9A-Za-z]*");
    }
  }
}

void Reader::check_trust(const ParsedStatement& statement) const {
  // What AssumeRole and its siblings ask for; wildcards are refused, too.
  static constexpr std::string_view kActions[] = {
      "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
      "sts:tagsession", "sts:setsourceidentity",  "sts:setcontext"};
  const auto& actions = statement.actions ? statement.actions : statement.not_actions;
  if (!actions || actions->empty()) refuse("Missing required field Action");
  for (const std::string& action : *actions) {
    const std::string lower = lower_case(action);
    if (std::find(std::begin(kActions), std::end(kActions), lower) == std::end(kActions)) {
      refuse("AssumeRole policy may only specify STS AssumeRole actions.");
    }
  }
  if (statement.resources) refuse("Has prohibited field Resource");
  if (statement.not_resources) refuse("AssumeRole policy must not contain resources.");
}

void Reader::check_elements(const ParsedStatement& statement) const {
  const auto& actions = statement.actions ? statement.actions : statement.not_actions;
  if (!actions || actions->empty()) refuse("Policy statement must contain actions.");
}

void Reader::check(const ParsedDocument& parsed) const {
  check_values(parsed);
  if (trust()) {
    check_sids(parsed);
    for (const ParsedStatement& statement : parsed.statements) check_trust(statement);
    return;
  }
  std::string resource_problem;
  for (const ParsedStatement& statement : parsed.statements) {
    for (const auto* resources : {&statement.resources, &statement.not_resources}) {
      if (resources->has_value()) check_resources(**resources, parsed.variables, resource_problem);
    }
  }
  check_sids(parsed);
  for (const ParsedStatement& statement : parsed.statements) check_elements(statement);
  for (const ParsedStatement& statement : parsed.statements) {
    const auto& resources = statement.resources ? statement.resources : statement.not_resources;
    const bool optional = kind_ == DocumentKind::kResource && !resources;
    if (!optional && (!resources || resources->empty())) {
      refuse("Policy statement must contain resources.");
    }
  }
  if (!resource_problem.empty()) refuse(resource_problem);
  for (const ParsedStatement& statement : parsed.statements) {
    const auto& actions = statement.actions ? statement.actions : statement.not_actions;
    for (const std::string& action : *actions) check_action(action);
  }
}

}  // namespace

ParsedDocument parse_document(std::string_view document, DocumentKind kind) {
  if (document.size() > kDocumentBytesMax) {
    throw PolicyError(
        "ValidationError",
        fmt::format("1 validation error detected: Value at 'policyDocument' failed to "
                    "satisfy constraint: Member must have length less than or equal "
                    "to {}",
                    kDocumentBytesMax));
  }
  if (!is_valid_utf8(document)) {
    refuse(kind == DocumentKind::kTrust ? "This policy contains invalid Json"
                                        : "Syntax errors in policy.");
  }
  if (size_characters(document) > size_limit_characters(kind)) throw too_large(kind, "");
  return Reader(kind).read(document);
}

}  // namespace bedplate::identity::policy
