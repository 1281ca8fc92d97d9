// What IAM's operations do with the rows of their account: find one or say that it is not there,
// change it, and let every request see the change at once.
#pragma once

#include <type_traits>
#include <utility>

#include "api/iam.hpp"
#include "base/iam_errors.hpp"
#include "identity/iam/new_keys.hpp"
#include "identity/iam/records.hpp"
#include "operations/handlers.hpp"

namespace bedplate::operations::iam {

using identity::iam::GroupRecord;
using identity::iam::PolicyRecord;
using identity::iam::RoleRecord;
using identity::iam::UserRecord;
using storage::Transaction;

/// How many of each kind an account may have, and what IAM calls the quota.
template <class Record>
struct Quota;
template <>
struct Quota<UserRecord> {
  static constexpr std::string_view kNoun = "User";
  static constexpr std::string_view kName = "UsersPerAccount";
  static constexpr std::int64_t kMax = 5'000;
};
template <>
struct Quota<GroupRecord> {
  static constexpr std::string_view kNoun = "Group";
  static constexpr std::string_view kName = "GroupsPerAccount";
  static constexpr std::int64_t kMax = 300;
};
template <>
struct Quota<RoleRecord> {
  static constexpr std::string_view kNoun = "Role";
  static constexpr std::string_view kName = "RolesPerAccount";
  static constexpr std::int64_t kMax = 1'000;
};
template <>
struct Quota<PolicyRecord> {
  static constexpr std::string_view kNoun = "Policy";
  static constexpr std::string_view kName = "PoliciesPerAccount";
  static constexpr std::int64_t kMax = 1'500;
};

/// `The user with name ann cannot be found.`
ApiError no_such(std::string_view noun, std::string_view name);
/// `User with name ann already exists.`; policies have words of their own.
ApiError already_exists(std::string_view noun, std::string_view name);
/// `Cannot exceed quota for GroupsPerUser: 10`
ApiError over_quota(std::string_view quota, std::int64_t max);

/// Throws no_such().
template <class Record>
Record require_record(Transaction& transaction, const std::string& account_id,
                      const std::string& name) {
  auto record = identity::iam::find_record<Record>(transaction, account_id, name);
  if (!record) throw no_such(Quota<Record>::kNoun, name);
  return std::move(*record);
}

/// Gives a new entity its unique id and inserts it. Throws already_exists() and over_quota().
template <class Record>
void create_record(Transaction& transaction, Record& record) {
  if (identity::iam::count_records<Record>(transaction, record.account_id) >= Quota<Record>::kMax) {
    throw over_quota(Quota<Record>::kName, Quota<Record>::kMax);
  }
  record.id = identity::iam::generate_unique_id(Record::kIdPrefix);
  try {
    identity::iam::insert_record(transaction, record);
  } catch (const storage::AlreadyExists&) {
    throw already_exists(Quota<Record>::kNoun, record.name);
  }
}

/// A record of the caller's account with what every create fills in.
template <class Record>
Record new_record(const Context& context, std::string name,
                  const std::optional<std::string>& path) {
  Record record;
  record.account_id = context.principal.account_id;
  record.name = std::move(name);
  record.path = path.value_or("/");
  record.created_ms = record.updated_ms = identity::iam::milliseconds(context.services.clock.now());
  return record;
}

/// Runs `change(transaction)` in one transaction, durably, and has the directory read what changed
/// before it returns the change's result. `change` holds what it needs by value and may run twice.
template <class Change>
Task<std::invoke_result_t<Change&, Transaction&>> change_rows(Context& context, Change change) {
  using Result = std::invoke_result_t<Change&, Transaction&>;
  using Done = std::pair<Result, std::int64_t>;
  const auto work = [change = std::move(change)](Transaction& transaction) mutable -> Done {
    Result result = change(transaction);
    transaction.touch(identity::iam::kGeneration);
    const std::int64_t generation = transaction.generation(identity::iam::kGeneration);
    return Done(std::move(result), generation);
  };
  Done done = co_await context.services.store.write(work);
  co_await context.services.directories.refresh(context.principal.account_id, done.second);
  co_return std::move(done.first);
}

/// Finds an entity of the caller's account by name and has `edit(transaction, record)` change it.
/// Returns the record as it is then.
template <class Record, class Edit>
Task<Record> edit_record(Context& context, std::string name, Edit edit) {
  const std::string account_id = context.principal.account_id;
  const std::int64_t now_ms = identity::iam::milliseconds(context.services.clock.now());
  const auto change = [account_id, name, now_ms,
                       edit = std::move(edit)](Transaction& transaction) mutable -> Record {
    Record record = require_record<Record>(transaction, account_id, name);
    edit(transaction, record);
    record.updated_ms = now_ms;
    identity::iam::update_record(transaction, record);
    return record;
  };
  Record record = co_await change_rows(context, change);
  co_return record;
}

/// The caller's account as it is now; empty when it has no rows.
std::shared_ptr<const identity::Account> account_of(const Context& context);

/// The user that a request names, or else the caller. Throws when the caller is no user.
std::string user_name_or_caller(const Context& context, const std::optional<std::string>& name);

/// Whether a name is that of the administrator of the first start, who has no row.
bool is_first_administrator(const Context& context, const std::string& user_name);

}  // namespace bedplate::operations::iam
