#include "operations/authorization/targets.hpp"

#include <fmt/format.h>

#include "base/arn.hpp"

namespace bedplate::operations::authorization {
namespace {

using Kind = ResourceRule::Kind;

/// The ids in an ARN of the template's type: what stands behind the type's name.
std::string id_in(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  return parsed ? std::string(parsed->resource_id()) : std::string(arn);
}

bool is_arn(std::string_view text) {
  return text.rfind("arn:", 0) == 0;
}

/// A resource named by its ARN. When that is of the expected type, the caller's own resource of the
/// same id counts, too: an operation that only looks at the id must not be talked into it by
/// another spelling of partition, region or account.
void add_by_arn(const std::string& arn, const std::string& template_text, const Home& home,
                std::vector<Target>& out) {
  out.push_back({arn, {}, nullptr, {}});
  const auto given = parse_arn(arn);
  if (!given || template_text.find("{}") == std::string::npos) return;
  std::string own = fill(template_text, home.principal, {std::string(given->resource_id())});
  const auto expected = parse_arn(own);
  if (own == arn || !expected || expected->resource_type() != given->resource_type()) return;
  out.push_back({std::move(own), {}, nullptr, {}});
}

void add_named(const ResourceRule& rule, Input input, const Home& home, std::vector<Target>& out) {
  if (rule.members.size() == 1) {
    for (const std::string& name : texts_at(input, rule.members.front())) {
      const bool otherwise = !rule.otherwise_arn.empty() && name.find('.') == std::string::npos;
      const std::string& arn = otherwise ? rule.otherwise_arn : rule.arn;
      if (is_arn(name) && arn.find("{}") != std::string::npos) {
        add_by_arn(name, arn, home, out);
      } else {
        out.push_back({fill(arn, home.principal, {name}), {}, nullptr, {}});
      }
    }
    return;
  }
  std::vector<std::string> ids;
  for (const std::string& member : rule.members) {
    auto id = text_at(input, member);
    if (!id) return;
    ids.push_back(is_arn(*id) ? id_in(*id) : std::move(*id));
  }
  out.push_back({fill(rule.arn, home.principal, ids), {}, nullptr, {}});
}

// IAM's own resources: their ARNs have a path that requests do not name.

template <class Entity>
void describe(const Entity* entity, Target& target) {
  if (entity == nullptr) return;
  target.arn = entity->stored->arn;
  target.tags = &entity->record().tags;
  target.boundary = entity->record().boundary;
}

Target user_target(const std::string& name, const Home& home) {
  Target target{fmt::format("arn:aws:iam::{}:user/{}", home.principal.account_id, name),
                fmt::format("user {}", name),
                nullptr,
                {}};
  if (home.account != nullptr) describe(home.account->find_user(name), target);
  return target;
}

Target group_target(const std::string& name, const Home& home) {
  Target target{fmt::format("arn:aws:iam::{}:group/{}", home.principal.account_id, name),
                fmt::format("group {}", name),
                nullptr,
                {}};
  const auto* group = home.account == nullptr ? nullptr : home.account->find_group(name);
  if (group != nullptr) target.arn = group->arn;
  return target;
}

Target policy_target(const std::string& arn, const Home& home) {
  Target target{arn, fmt::format("policy {}", arn), nullptr, {}};
  const auto* policy = home.account == nullptr ? nullptr : home.account->find_policy(arn);
  if (policy != nullptr) target.tags = &policy->record.tags;
  return target;
}

bool is_iam_entity(const ResourceRule& rule) {
  return rule.type == "user" || rule.type == "group" || rule.type == "role" ||
         rule.type == "policy";
}

Target entity_target(const ResourceRule& rule, const std::string& name, const Home& home) {
  if (rule.type == "user") return user_target(name, home);
  if (rule.type == "group") return group_target(name, home);
  if (rule.type == "role") return role_target(name, home);
  return policy_target(name, home);
}

/// IAM takes the caller for the user when a request names none.
void add_entity(const ResourceRule& rule, Input input, const Home& home, std::vector<Target>& out) {
  auto name = rule.kind == Kind::kOwn ? std::nullopt : text_at(input, rule.members.front());
  if (!name && rule.type == "user" && !rule.optional) name = home.principal.user_name;
  if (name) out.push_back(entity_target(rule, *name, home));
}

/// `path` begins and ends with a slash.
Target at_path(const ResourceRule& rule, const std::string& path, const std::string& name,
               const Home& home) {
  std::string arn = fill(rule.arn, home.principal, {""});
  arn.pop_back();  // the slash is the path's
  return {arn + path + name, {}, nullptr, {}};
}

void add_new_named(const ResourceRule& rule, Input input, const Home& home,
                   std::vector<Target>& out) {
  const std::string path = text_at(input, rule.members.at(0)).value_or("/");
  const std::string name = text_at(input, rule.members.at(1)).value_or("");
  Target target = at_path(rule, path, name, home);
  if (rule.type == "policy") target.shown = "policy " + name;
  out.push_back(std::move(target));
}

/// What it would be called afterwards.
void add_renamed(const ResourceRule& rule, Input input, const Home& home,
                 std::vector<Target>& out) {
  const auto old_name = text_at(input, rule.members.at(0));
  const auto path = text_at(input, rule.members.at(1));
  const auto name = text_at(input, rule.members.at(2));
  if (!old_name || (!path && !name)) return;
  const std::string old_id = id_in(entity_target(rule, *old_name, home).arn);
  const std::size_t slash = old_id.rfind('/');
  const std::string old_path = slash == old_id.npos ? "/" : "/" + old_id.substr(0, slash + 1);
  out.push_back(at_path(rule, path.value_or(old_path), name.value_or(*old_name), home));
}

void add_below(const ResourceRule& rule, Input input, const Home& home, std::vector<Target>& out) {
  const std::string path = text_at(input, rule.members.front()).value_or("/");
  Target target = at_path(rule, path, "", home);
  if (rule.type == "policy") target.shown = "policy path " + path;
  out.push_back(std::move(target));
}

void add(const ResourceRule& rule, Input input, const Home& home, std::vector<Target>& out) {
  switch (rule.kind) {
    case Kind::kNamed:
      return is_iam_entity(rule) ? add_entity(rule, input, home, out)
                                 : add_named(rule, input, home, out);
    case Kind::kOwn:
      return add_entity(rule, input, home, out);
    case Kind::kNew:
      return out.push_back({fill(rule.arn, home.principal, {"*", "*", "*"}), {}, nullptr, {}});
    case Kind::kNewNamed:
      return add_new_named(rule, input, home, out);
    case Kind::kRenamed:
      return add_renamed(rule, input, home, out);
    case Kind::kBelow:
      return add_below(rule, input, home, out);
    case Kind::kArn:
      for (std::string& arn : texts_at(input, rule.members.front())) {
        out.push_back({std::move(arn), {}, nullptr, {}});
      }
      return;
    case Kind::kModel:
      return;
  }
}

bool has_model(const Rule& rule) {
  for (const ResourceRule& resource : rule.resources) {
    if (resource.kind == Kind::kModel) return true;
  }
  return false;
}

}  // namespace

std::string owner_of(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  return parsed && parsed->account != "aws" ? parsed->account : std::string();
}

std::string fill(std::string_view template_text, const identity::Principal& principal,
                 const std::vector<std::string>& ids) {
  std::string out;
  auto id = ids.begin();
  while (!template_text.empty()) {
    const std::size_t open = template_text.find('{');
    out += template_text.substr(0, open);
    if (open == template_text.npos) break;
    const std::size_t close = template_text.find('}', open);
    const std::string_view name = template_text.substr(open + 1, close - open - 1);
    if (name == "region") {
      out += principal.region;
    } else if (name == "account") {
      out += principal.account_id;
    } else if (id != ids.end()) {
      out += *id++;
    }
    template_text.remove_prefix(close + 1);
  }
  return out;
}

std::string foundation_model_arn(std::string_view region, std::string_view model_id) {
  return fmt::format("arn:aws:bedrock:{}::foundation-model/{}", region, model_id);
}

std::string model_arn(std::string_view identifier, const Home& home) {
  if (is_arn(identifier)) return std::string(identifier);
  const identity::Principal& principal = home.principal;
  if (home.catalogue.find_profile(identifier) != nullptr) {
    return fill(arn_template("inference-profile"), principal, {std::string(identifier)});
  }
  return foundation_model_arn(principal.region, identifier);
}

std::vector<Target> targets_of(const Rule& rule, Input input, const Home& home) {
  std::vector<Target> out;
  for (const ResourceRule& resource : rule.resources) add(resource, input, home, out);
  if (out.empty() && !has_model(rule)) out.push_back({"*", {}, nullptr, {}});
  return out;
}

Target role_target(std::string_view role, const Home& home) {
  const bool by_arn = is_arn(role);
  const std::string name(by_arn ? role.substr(role.rfind('/') + 1) : role);
  Target target{by_arn ? std::string(role)
                       : fmt::format("arn:aws:iam::{}:role/{}", home.principal.account_id, name),
                by_arn ? std::string() : fmt::format("role {}", name),
                nullptr,
                {}};
  if (home.account == nullptr) return target;
  const identity::Role* known = home.account->find_role(name);
  if (known != nullptr && (!by_arn || known->stored->arn == role)) describe(known, target);
  return target;
}

}  // namespace bedplate::operations::authorization
