// What IAM keeps of users, groups, roles and policies: typed, and as rows of the store.
//
// One row holds everything that belongs to an entity alone (keys, inline policies, attachments,
// tags), so that each change is one row's and nothing is left behind when it goes. Policies are
// attached by ARN, groups joined by id.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/transaction.hpp"

namespace bedplate::identity::iam {

/// The group of the store's generations that every change of these rows touches.
inline constexpr std::string_view kGeneration = "identity";

using Tags = std::vector<std::pair<std::string, std::string>>;

/// What users, groups, roles and policies have in common.
struct Entity {
  std::string account_id;
  std::string id;    ///< AIDA…, AGPA…, AROA…, ANPA…
  std::string name;  ///< unique in its account and kind, whatever its case
  std::string path = "/";
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t version = 0;  ///< the store's; 0: not there yet
  Tags tags;
};

/// What policies can be attached to.
struct PolicyHolder : Entity {
  std::vector<std::string> attached;                   ///< ARNs, in the order of attaching
  std::map<std::string, std::string> inline_policies;  ///< name to document
};

struct AccessKeyRecord {
  std::string id;             ///< AKIA…
  std::string sealed_secret;  ///< SecretSealer's text, bound to the id
  bool active = true;
  std::int64_t created_ms = 0;
};

/// A service-specific credential: a Bedrock API key.
struct ServiceCredentialRecord {
  std::string id;       ///< ACCA…
  std::string service;  ///< bedrock.amazonaws.com
  std::string alias;    ///< the name inside the key
  std::string sha256;   ///< hex digest of the key; the key itself is kept nowhere
  bool active = true;
  std::int64_t created_ms = 0;
  std::optional<std::int64_t> expires_ms;
};

struct UserRecord : PolicyHolder {
  static constexpr std::string_view kKind = "iam-user";
  static constexpr std::string_view kIdPrefix = "AIDA";
  static constexpr std::string_view kArnType = "user";

  std::string boundary;  ///< the policy's ARN, or empty
  std::vector<std::string> group_ids;
  std::vector<AccessKeyRecord> access_keys;
  std::vector<ServiceCredentialRecord> service_credentials;
};

struct GroupRecord : PolicyHolder {
  static constexpr std::string_view kKind = "iam-group";
  static constexpr std::string_view kIdPrefix = "AGPA";
  static constexpr std::string_view kArnType = "group";
};

struct RoleRecord : PolicyHolder {
  static constexpr std::string_view kKind = "iam-role";
  static constexpr std::string_view kIdPrefix = "AROA";
  static constexpr std::string_view kArnType = "role";

  std::string boundary;  ///< the policy's ARN, or empty
  std::optional<std::string> description;
  std::string trust_policy;  ///< users and roles are in it by their unique ids
  std::int32_t session_max_s = 3'600;
};

struct PolicyVersionRecord {
  std::int32_t number = 1;  ///< v1, v2 … never used twice
  std::string document;
  std::int64_t created_ms = 0;
};

/// A customer managed policy.
struct PolicyRecord : Entity {
  static constexpr std::string_view kKind = "iam-policy";
  static constexpr std::string_view kIdPrefix = "ANPA";
  static constexpr std::string_view kArnType = "policy";

  std::optional<std::string> description;
  std::int32_t default_version = 1;
  std::int32_t next_version = 2;
  std::vector<PolicyVersionRecord> versions;

  const PolicyVersionRecord* find_version(std::int32_t number) const;
};

struct AccountRecord {
  static constexpr std::string_view kKind = "account";

  std::string id;  ///< twelve digits
  std::string name;
  bool closed = false;
  std::int64_t created_ms = 0;
  std::int64_t version = 0;
};

/// A new unique id: the prefix and seventeen letters and digits.
std::string generate_unique_id(std::string_view prefix);

std::string arn_of(std::string_view account_id, std::string_view type, std::string_view path,
                   std::string_view name);
template <class Record>
std::string arn_of(const Record& record) {
  return arn_of(record.account_id, Record::kArnType, record.path, record.name);
}

// Rows. Record: one of the four above.

template <class Record>
Record read_record(const storage::Resource& resource);

/// By name; its case must be right.
template <class Record>
std::optional<Record> find_record(storage::Transaction& transaction, std::string_view account_id,
                                  std::string_view name);

/// All of an account's.
template <class Record>
std::vector<Record> all_records(storage::Transaction& transaction, const std::string& account_id);

/// How many an account has.
template <class Record>
std::int64_t count_records(storage::Transaction& transaction, const std::string& account_id);

/// Throws storage::AlreadyExists when the name is taken, in whatever case.
template <class Record>
void insert_record(storage::Transaction& transaction, Record& record);

/// Throws as Transaction::update, AlreadyExists when a new name is taken.
template <class Record>
void update_record(storage::Transaction& transaction, Record& record);

template <class Record>
void erase_record(storage::Transaction& transaction, const Record& record);

// Accounts: rows of no account.

AccountRecord read_account(const storage::Resource& resource);
std::optional<AccountRecord> find_account(storage::Transaction& transaction,
                                          const std::string& account_id);
/// Throws storage::AlreadyExists when the name is taken.
void insert_account(storage::Transaction& transaction, const AccountRecord& account);
void update_account(storage::Transaction& transaction, const AccountRecord& account);

/// Everything of a kind, of one account or of all, in batches.
template <class Visit>
void for_each_row(storage::Transaction& transaction, std::string_view kind,
                  const std::optional<std::string>& account_id, Visit visit) {
  storage::ScanQuery query;
  query.kind = kind;
  query.account_id = account_id;
  while (true) {
    const std::vector<storage::Resource> rows = transaction.scan(query);
    for (const storage::Resource& row : rows) visit(row);
    if (static_cast<std::int64_t>(rows.size()) < query.limit) return;
    query.after = rows.back().key;
  }
}

}  // namespace bedplate::identity::iam
