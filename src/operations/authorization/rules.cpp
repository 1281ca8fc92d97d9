#include "operations/authorization/rules.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <map>
#include <stdexcept>

#include "api/operations.hpp"

namespace bedplate::operations::authorization {

namespace embedded {
std::string_view authorization_operations_json();
}

namespace {
namespace json = boost::json;

using Templates = std::map<std::string, std::string, std::less<>>;

struct Table {
  Templates templates;
  std::vector<Rule> rules;  ///< by the operation's place in api::kOperations
};

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

std::string text_or_empty(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? std::string() : text(*found);
}

std::vector<std::string> texts(const json::value& value) {
  std::vector<std::string> out;
  for (const json::value& element : value.as_array()) out.push_back(text(element));
  return out;
}

ResourceRule read_resource(const json::object& object, const Templates& templates) {
  using Kind = ResourceRule::Kind;
  ResourceRule rule;
  rule.type = text_or_empty(object, "type");
  if (!rule.type.empty()) rule.arn = templates.at(rule.type);
  if (const json::value* type = object.if_contains("otherwise")) {
    rule.otherwise_arn = templates.at(text(*type));
  }
  rule.optional = object.contains("optional");
  static constexpr std::pair<std::string_view, Kind> kLists[] = {
      {"from", Kind::kNamed}, {"new_from", Kind::kNewNamed}, {"renamed_from", Kind::kRenamed}};
  static constexpr std::pair<std::string_view, Kind> kSingles[] = {
      {"arn", Kind::kArn}, {"model", Kind::kModel}, {"below", Kind::kBelow}};
  for (const auto& [key, kind] : kLists) {
    if (!object.contains(key)) continue;
    rule.kind = kind;
    rule.members = texts(object.at(key));
  }
  for (const auto& [key, kind] : kSingles) {
    if (!object.contains(key)) continue;
    rule.kind = kind;
    rule.members = {text(object.at(key))};
  }
  if (object.contains("new")) rule.kind = Kind::kNew;
  if (object.contains("own")) rule.kind = Kind::kOwn;
  return rule;
}

TagRule read_tags(const json::object& object, const Templates& templates) {
  TagRule rule;
  rule.member = text(object.at("from"));
  rule.action = text_or_empty(object, "action");
  if (const json::value* type = object.if_contains("type")) rule.arn = templates.at(text(*type));
  return rule;
}

Rule read_rule(const json::object& object, const Templates& templates) {
  Rule rule;
  rule.not_asked = object.contains("public") || object.contains("decided_by_operation");
  if (const json::value* resources = object.if_contains("resources")) {
    for (const json::value& resource : resources->as_array()) {
      rule.resources.push_back(read_resource(resource.as_object(), templates));
    }
  }
  if (const json::value* keys = object.if_contains("keys")) {
    for (const auto& [key, member] : keys->as_object()) {
      rule.keys.emplace_back(std::string(key), text(member));
    }
  }
  if (const json::value* tags = object.if_contains("tags")) {
    for (const json::value& one : tags->as_array()) {
      rule.tags.push_back(read_tags(one.as_object(), templates));
    }
  }
  rule.tag_keys = text_or_empty(object, "tag_keys");
  rule.pass_role = text_or_empty(object, "pass_role");
  if (const json::value* members = object.if_contains("guardrail")) {
    rule.guardrail = texts(*members);
  }
  return rule;
}

Table read_table() {
  const json::object document = json::parse(table_text()).as_object();
  Table table;
  for (const auto& [type, arn] : document.at("types").as_object()) {
    table.templates.emplace(std::string(type), text(arn));
  }
  const json::object& services = document.at("operations").as_object();
  std::size_t entries = 0;
  for (const auto& [key, operations] : services) entries += operations.as_object().size();
  for (const protocol::OperationDescriptor& operation : api::kOperations) {
    const json::value* rules = services.if_contains(operation.service->key);
    const json::value* rule =
        rules == nullptr ? nullptr : rules->as_object().if_contains(operation.name);
    if (rule == nullptr) {
      throw std::logic_error(fmt::format("data/authorization/operations.json lacks {}.{}",
                                         operation.service->key, operation.name));
    }
    table.rules.push_back(read_rule(rule->as_object(), table.templates));
  }
  if (entries != table.rules.size()) {
    throw std::logic_error("data/authorization/operations.json has operations that do not exist");
  }
  return table;
}

const Table& table() {
  static const Table kTable = read_table();
  return kTable;
}

}  // namespace

std::string_view table_text() {
  return embedded::authorization_operations_json();
}

const Rule& rule_of(const protocol::OperationDescriptor& operation) {
  return table().rules[static_cast<std::size_t>(&operation - api::kOperations)];
}

const std::string& arn_template(std::string_view type) {
  return table().templates.find(type)->second;
}

}  // namespace bedplate::operations::authorization
