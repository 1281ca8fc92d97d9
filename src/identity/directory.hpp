// Everything that signed requests need to know of accounts, users, groups, roles and policies: one
// immutable picture of the store's rows, so that no request waits for the store.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/published.hpp"
#include "identity/iam/records.hpp"
#include "identity/policy/evaluation.hpp"

namespace bedplate::identity {

class SecretSealer;

// A record with what is compiled of it alone; shared by all pictures until its row changes.

struct StoredGroup {
  iam::GroupRecord record;
  std::string arn;
  std::vector<policy::AttachedPolicy> inline_policies;
};

struct StoredUser {
  iam::UserRecord record;
  std::string arn;
  std::vector<policy::AttachedPolicy> inline_policies;
  /// Of record.access_keys, in their order; empty when it cannot be decrypted.
  std::vector<std::string> secrets;
};

struct StoredRole {
  iam::RoleRecord record;
  std::string arn;
  std::vector<policy::AttachedPolicy> inline_policies;
  policy::AttachedPolicy trust;
};

struct StoredPolicy {
  iam::PolicyRecord record;
  std::string arn;
  std::shared_ptr<const policy::Policy> policy;  ///< of the default version
};

/// A user with the policies that apply, those of the groups among them.
struct User {
  std::shared_ptr<const StoredUser> stored;
  std::shared_ptr<const policy::PrincipalPolicies> policies;
  std::shared_ptr<const policy::Caller> caller;

  const iam::UserRecord& record() const { return stored->record; }
};

struct Role {
  std::shared_ptr<const StoredRole> stored;
  std::shared_ptr<const policy::PrincipalPolicies> policies;

  const iam::RoleRecord& record() const { return stored->record; }
};

/// What the rows of one account hold. The maps are by name.
struct AccountRows {
  iam::AccountRecord account;
  std::map<std::string, std::shared_ptr<const StoredUser>, std::less<>> users;
  std::map<std::string, std::shared_ptr<const StoredGroup>, std::less<>> groups;
  std::map<std::string, std::shared_ptr<const StoredRole>, std::less<>> roles;
  std::map<std::string, std::shared_ptr<const StoredPolicy>, std::less<>> policies;
};

/// One account. Immutable.
class Account {
 public:
  explicit Account(AccountRows rows);
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  const std::string& id() const { return rows_.account.id; }
  const iam::AccountRecord& record() const { return rows_.account; }
  const AccountRows& rows() const { return rows_; }

  const std::map<std::string, User, std::less<>>& users() const { return users_; }
  const std::map<std::string, Role, std::less<>>& roles() const { return roles_; }
  const auto& groups() const { return rows_.groups; }
  const auto& policies() const { return rows_.policies; }

  // Null when there is none.
  const User* find_user(std::string_view name) const;
  const User* find_user_by_id(std::string_view id) const;
  const Role* find_role(std::string_view name) const;
  const Role* find_role_by_id(std::string_view id) const;
  const StoredGroup* find_group(std::string_view name) const;
  const StoredGroup* find_group_by_id(std::string_view id) const;
  /// A customer managed policy by its ARN.
  const StoredPolicy* find_policy(std::string_view arn) const;

  /// A managed policy, the account's or AWS's, as it is attached; nothing when there is none.
  std::optional<policy::AttachedPolicy> managed(std::string_view arn) const;

 private:
  void apply_managed(const iam::PolicyHolder& holder,
                     std::vector<policy::AttachedPolicy>& out) const;
  std::optional<policy::AttachedPolicy> boundary(const std::string& arn) const;
  User make_user(std::shared_ptr<const StoredUser> stored) const;
  Role make_role(std::shared_ptr<const StoredRole> stored) const;

  AccountRows rows_;
  std::map<std::string, User, std::less<>> users_;
  std::map<std::string, Role, std::less<>> roles_;
  std::unordered_map<std::string, const User*> users_by_id_;
  std::unordered_map<std::string, const Role*> roles_by_id_;
  std::unordered_map<std::string, const StoredGroup*> groups_by_id_;
};

/// A managed policy of AWS as it is attached; nothing when there is none.
std::optional<policy::AttachedPolicy> managed_by_aws(std::string_view arn);

/// What the administrator of the first start may do, where others decide with it: everything.
policy::PrincipalPolicies administrator_policies();

/// In place of a managed policy that is attached but nowhere to be found: denies everything.
policy::AttachedPolicy missing_policy(const std::string& arn);

class Directory {
 public:
  using Accounts = std::map<std::string, std::shared_ptr<const Account>, std::less<>>;

  Directory(Accounts accounts, std::int64_t generation);

  /// Of the store's rows that this is a picture of.
  std::int64_t generation() const { return generation_; }
  const Accounts& accounts() const { return accounts_; }

  /// Null when no row is of that account.
  std::shared_ptr<const Account> find_account(std::string_view account_id) const;

  // The pointers live as long as the directory.
  struct AccessKey {
    const Account* account;
    const User* user;
    const iam::AccessKeyRecord* key;
    const std::string* secret;  ///< empty when it cannot be decrypted
  };
  struct ApiKey {
    const Account* account;
    const User* user;
    const iam::ServiceCredentialRecord* key;
  };
  /// Whatever its status; null when there is none of that id.
  const AccessKey* find_access_key(std::string_view id) const;
  const ApiKey* find_api_key(std::string_view sha256) const;

 private:
  void index(const Account& account);

  Accounts accounts_;
  std::int64_t generation_;
  std::unordered_map<std::string, AccessKey> access_keys_;
  std::unordered_map<std::string, ApiKey> api_keys_;  ///< by digest
};

/// The directory as it is now. Any thread may ask while another one replaces it.
class CurrentDirectory : public Published<Directory> {
 public:
  CurrentDirectory() : Published(std::make_shared<const Directory>(Directory::Accounts{}, 0)) {}
};

// From records to what is compiled of them. A document that cannot be read any more denies
// everything.
std::shared_ptr<const StoredUser> compile(iam::UserRecord record, const SecretSealer& sealer);
std::shared_ptr<const StoredGroup> compile(iam::GroupRecord record);
std::shared_ptr<const StoredRole> compile(iam::RoleRecord record);
std::shared_ptr<const StoredPolicy> compile(iam::PolicyRecord record);

}  // namespace bedplate::identity
