#include "identity/iam/record_json.hpp"

#include <boost/json.hpp>

namespace bedplate::identity::iam {
namespace {

namespace json = boost::json;

constexpr std::int64_t kFormat = 1;

std::string text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

std::optional<std::string> optional_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value->as_string());
}

json::array write_texts(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

std::vector<std::string> read_texts(const json::value& value) {
  std::vector<std::string> out;
  for (const json::value& text : value.as_array()) out.emplace_back(text.as_string());
  return out;
}

json::object write_entity(const Entity& entity) {
  json::array tags;
  for (const auto& [key, value] : entity.tags) {
    tags.push_back(json::object{{"key", key}, {"value", value}});
  }
  return {{"v", kFormat}, {"path", entity.path}, {"tags", std::move(tags)}};
}

void read_entity(const json::object& document, Entity& entity) {
  entity.path = text(document, "path");
  for (const json::value& tag : document.at("tags").as_array()) {
    entity.tags.emplace_back(text(tag.as_object(), "key"), text(tag.as_object(), "value"));
  }
}

json::object write_holder(const PolicyHolder& holder) {
  json::object document = write_entity(holder);
  document["attached"] = write_texts(holder.attached);
  json::object policies;
  for (const auto& [name, policy] : holder.inline_policies) policies[name] = policy;
  document["inline"] = std::move(policies);
  return document;
}

void read_holder(const json::object& document, PolicyHolder& holder) {
  read_entity(document, holder);
  holder.attached = read_texts(document.at("attached"));
  for (const auto& member : document.at("inline").as_object()) {
    holder.inline_policies.emplace(member.key(), member.value().as_string());
  }
}

json::array write_access_keys(const UserRecord& user) {
  json::array out;
  for (const AccessKeyRecord& key : user.access_keys) {
    out.push_back(json::object{{"id", key.id},
                               {"secret", key.sealed_secret},
                               {"active", key.active},
                               {"created_ms", key.created_ms}});
  }
  return out;
}

AccessKeyRecord read_access_key(const json::object& key) {
  return {text(key, "id"), text(key, "secret"), key.at("active").as_bool(),
          key.at("created_ms").to_number<std::int64_t>()};
}

json::array write_service_credentials(const UserRecord& user) {
  json::array out;
  for (const ServiceCredentialRecord& credential : user.service_credentials) {
    json::object object{{"id", credential.id},         {"service", credential.service},
                        {"alias", credential.alias},   {"sha256", credential.sha256},
                        {"active", credential.active}, {"created_ms", credential.created_ms}};
    if (credential.expires_ms) object["expires_ms"] = *credential.expires_ms;
    out.push_back(std::move(object));
  }
  return out;
}

ServiceCredentialRecord read_service_credential(const json::object& object) {
  ServiceCredentialRecord out;
  out.id = text(object, "id");
  out.service = text(object, "service");
  out.alias = text(object, "alias");
  out.sha256 = text(object, "sha256");
  out.active = object.at("active").as_bool();
  out.created_ms = object.at("created_ms").to_number<std::int64_t>();
  if (const json::value* expires = object.if_contains("expires_ms")) {
    out.expires_ms = expires->to_number<std::int64_t>();
  }
  return out;
}

}  // namespace

json::object write_document(const UserRecord& user) {
  json::object document = write_holder(user);
  document["boundary"] = user.boundary;
  document["groups"] = write_texts(user.group_ids);
  document["access_keys"] = write_access_keys(user);
  document["service_credentials"] = write_service_credentials(user);
  return document;
}

void read_document(const json::object& document, UserRecord& user) {
  read_holder(document, user);
  user.boundary = text(document, "boundary");
  user.group_ids = read_texts(document.at("groups"));
  for (const json::value& key : document.at("access_keys").as_array()) {
    user.access_keys.push_back(read_access_key(key.as_object()));
  }
  for (const json::value& credential : document.at("service_credentials").as_array()) {
    user.service_credentials.push_back(read_service_credential(credential.as_object()));
  }
}

json::object write_document(const GroupRecord& group) {
  return write_holder(group);
}

void read_document(const json::object& document, GroupRecord& group) {
  read_holder(document, group);
}

json::object write_document(const RoleRecord& role) {
  json::object document = write_holder(role);
  document["boundary"] = role.boundary;
  if (role.description) document["description"] = *role.description;
  document["trust"] = role.trust_policy;
  document["session_max_s"] = role.session_max_s;
  return document;
}

void read_document(const json::object& document, RoleRecord& role) {
  read_holder(document, role);
  role.boundary = text(document, "boundary");
  role.description = optional_text(document, "description");
  role.trust_policy = text(document, "trust");
  role.session_max_s = document.at("session_max_s").to_number<std::int32_t>();
}

json::object write_document(const PolicyRecord& policy) {
  json::object document = write_entity(policy);
  if (policy.description) document["description"] = *policy.description;
  document["default"] = policy.default_version;
  document["next"] = policy.next_version;
  json::array versions;
  for (const PolicyVersionRecord& version : policy.versions) {
    versions.push_back(json::object{{"number", version.number},
                                    {"document", version.document},
                                    {"created_ms", version.created_ms}});
  }
  document["versions"] = std::move(versions);
  return document;
}

void read_document(const json::object& document, PolicyRecord& policy) {
  read_entity(document, policy);
  policy.description = optional_text(document, "description");
  policy.default_version = document.at("default").to_number<std::int32_t>();
  policy.next_version = document.at("next").to_number<std::int32_t>();
  for (const json::value& value : document.at("versions").as_array()) {
    const json::object& version = value.as_object();
    policy.versions.push_back({version.at("number").to_number<std::int32_t>(),
                               text(version, "document"),
                               version.at("created_ms").to_number<std::int64_t>()});
  }
}

}  // namespace bedplate::identity::iam
