#include "identity/directory.hpp"

#include "identity/policy/aws_managed_policies.hpp"

namespace bedplate::identity {
namespace {

template <class Map>
auto find_pointer(const Map& map, std::string_view key) -> decltype(&map.begin()->second) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

template <class Value>
const Value* find_by_id(const std::unordered_map<std::string, const Value*>& map,
                        std::string_view id) {
  const auto found = map.find(std::string(id));
  return found == map.end() ? nullptr : found->second;
}

std::shared_ptr<const policy::Caller> caller_of(const StoredUser& user) {
  policy::Caller caller;
  caller.type = policy::Caller::Type::kUser;
  caller.arn = user.arn;
  caller.account_id = user.record.account_id;
  caller.user_name = user.record.name;
  caller.unique_id = user.record.id;
  caller.tags = user.record.tags;
  return std::make_shared<const policy::Caller>(std::move(caller));
}

}  // namespace

policy::AttachedPolicy missing_policy(const std::string& arn) {
  static const auto denies = policy::Policy::parse(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})",
      policy::DocumentKind::kManaged);
  return {denies, arn, arn};
}

std::optional<policy::AttachedPolicy> managed_by_aws(std::string_view arn) {
  const policy::AwsManagedPolicy* found = policy::find_aws_managed_policy(arn);
  if (found == nullptr) return std::nullopt;
  return policy::AttachedPolicy{found->policy, found->name, found->arn};
}

policy::PrincipalPolicies administrator_policies() {
  policy::PrincipalPolicies out;
  out.identity.push_back(managed_by_aws("arn:aws:iam::aws:policy/AdministratorAccess").value());
  return out;
}

Account::Account(AccountRows rows) : rows_(std::move(rows)) {
  for (const auto& [name, group] : rows_.groups) {
    groups_by_id_.emplace(group->record.id, group.get());
  }
  for (const auto& [name, user] : rows_.users) {
    const auto place = users_.emplace(name, make_user(user)).first;
    users_by_id_.emplace(user->record.id, &place->second);
  }
  for (const auto& [name, role] : rows_.roles) {
    const auto place = roles_.emplace(name, make_role(role)).first;
    roles_by_id_.emplace(role->record.id, &place->second);
  }
}

const User* Account::find_user(std::string_view name) const {
  return find_pointer(users_, name);
}

const User* Account::find_user_by_id(std::string_view id) const {
  return find_by_id(users_by_id_, id);
}

const Role* Account::find_role(std::string_view name) const {
  return find_pointer(roles_, name);
}

const Role* Account::find_role_by_id(std::string_view id) const {
  return find_by_id(roles_by_id_, id);
}

const StoredGroup* Account::find_group(std::string_view name) const {
  const auto* found = find_pointer(rows_.groups, name);
  return found == nullptr ? nullptr : found->get();
}

const StoredGroup* Account::find_group_by_id(std::string_view id) const {
  return find_by_id(groups_by_id_, id);
}

const StoredPolicy* Account::find_policy(std::string_view arn) const {
  const std::size_t slash = arn.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const auto* found = find_pointer(rows_.policies, arn.substr(slash + 1));
  return found == nullptr || (*found)->arn != arn ? nullptr : found->get();
}

std::optional<policy::AttachedPolicy> Account::managed(std::string_view arn) const {
  if (const StoredPolicy* own = find_policy(arn)) {
    return policy::AttachedPolicy{own->policy, own->record.name, own->arn};
  }
  return managed_by_aws(arn);
}

void Account::apply_managed(const iam::PolicyHolder& holder,
                            std::vector<policy::AttachedPolicy>& out) const {
  for (const std::string& arn : holder.attached) {
    out.push_back(managed(arn).value_or(missing_policy(arn)));
  }
}

std::optional<policy::AttachedPolicy> Account::boundary(const std::string& arn) const {
  if (arn.empty()) return std::nullopt;
  return managed(arn).value_or(missing_policy(arn));
}

User Account::make_user(std::shared_ptr<const StoredUser> stored) const {
  policy::PrincipalPolicies applied;
  applied.identity = stored->inline_policies;
  apply_managed(stored->record, applied.identity);
  for (const std::string& id : stored->record.group_ids) {
    const StoredGroup* group = find_group_by_id(id);
    if (group == nullptr) continue;
    applied.identity.insert(applied.identity.end(), group->inline_policies.begin(),
                            group->inline_policies.end());
    apply_managed(group->record, applied.identity);
  }
  applied.boundary = boundary(stored->record.boundary);
  User user;
  user.caller = caller_of(*stored);
  user.policies = std::make_shared<const policy::PrincipalPolicies>(std::move(applied));
  user.stored = std::move(stored);
  return user;
}

Role Account::make_role(std::shared_ptr<const StoredRole> stored) const {
  policy::PrincipalPolicies applied;
  applied.identity = stored->inline_policies;
  apply_managed(stored->record, applied.identity);
  applied.boundary = boundary(stored->record.boundary);
  Role role;
  role.policies = std::make_shared<const policy::PrincipalPolicies>(std::move(applied));
  role.stored = std::move(stored);
  return role;
}

Directory::Directory(Accounts accounts, std::int64_t generation)
    : accounts_(std::move(accounts)), generation_(generation) {
  for (const auto& [id, account] : accounts_) index(*account);
}

void Directory::index(const Account& account) {
  for (const auto& [name, user] : account.users()) {
    const iam::UserRecord& record = user.record();
    for (std::size_t i = 0; i < record.access_keys.size(); ++i) {
      const iam::AccessKeyRecord& key = record.access_keys[i];
      access_keys_.emplace(key.id, AccessKey{&account, &user, &key, &user.stored->secrets[i]});
    }
    for (const iam::ServiceCredentialRecord& key : record.service_credentials) {
      api_keys_.emplace(key.sha256, ApiKey{&account, &user, &key});
    }
  }
}

std::shared_ptr<const Account> Directory::find_account(std::string_view account_id) const {
  const auto* found = find_pointer(accounts_, account_id);
  return found == nullptr ? nullptr : *found;
}

const Directory::AccessKey* Directory::find_access_key(std::string_view id) const {
  const auto found = access_keys_.find(std::string(id));
  return found == access_keys_.end() ? nullptr : &found->second;
}

const Directory::ApiKey* Directory::find_api_key(std::string_view sha256) const {
  const auto found = api_keys_.find(std::string(sha256));
  return found == api_keys_.end() ? nullptr : &found->second;
}

}  // namespace bedplate::identity
