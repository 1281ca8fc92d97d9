#include "identity/directory_reading.hpp"

#include "identity/secret_sealer.hpp"

namespace bedplate::identity {
namespace {

using AllRows = std::map<std::string, AccountRows, std::less<>>;

template <class Stored>
using ByName = std::map<std::string, std::shared_ptr<const Stored>, std::less<>>;

// What was compiled of the same version of the same row.
template <class Stored>
std::shared_ptr<const Stored> unchanged(const ByName<Stored>* before,
                                        const storage::Resource& row) {
  if (before == nullptr) return nullptr;
  const auto found = before->find(row.name);
  if (found == before->end()) return nullptr;
  const auto& record = found->second->record;
  // A restore can bring a version back: then its time tells.
  const bool same = record.id == row.key.id && record.version == row.version &&
                    record.updated_ms == row.updated_ms;
  return same ? found->second : nullptr;
}

class Reading {
 public:
  Reading(storage::Transaction& transaction, const SecretSealer& sealer, const Directory& before,
          std::optional<std::string> only)
      : transaction_(transaction), sealer_(sealer), before_(before), only_(std::move(only)) {}

  AllRows read() {
    read_accounts();
    read_kind<iam::UserRecord>(&AccountRows::users, [this](iam::UserRecord record) {
      return compile(std::move(record), sealer_);
    });
    const auto compile_alone = [](auto record) { return compile(std::move(record)); };
    read_kind<iam::GroupRecord>(&AccountRows::groups, compile_alone);
    read_kind<iam::RoleRecord>(&AccountRows::roles, compile_alone);
    read_kind<iam::PolicyRecord>(&AccountRows::policies, compile_alone);
    return std::move(rows_);
  }

 private:
  // The first account has no row, nor need it have any other.
  void read_accounts() {
    const auto keep = [this](const storage::Resource& row) {
      rows_[row.key.id].account = iam::read_account(row);
    };
    if (!only_) return iam::for_each_row(transaction_, iam::AccountRecord::kKind, "", keep);
    rows_[*only_].account.id = *only_;
    if (const auto account = iam::find_account(transaction_, *only_)) {
      rows_[*only_].account = *account;
    }
  }

  template <class Record, class Stored, class Compile>
  void read_kind(ByName<Stored> AccountRows::*member, Compile compile_record) {
    iam::for_each_row(transaction_, Record::kKind, only_, [&](const storage::Resource& row) {
      const std::string& account_id = row.key.account_id;
      const std::shared_ptr<const Account> known = before_.find_account(account_id);
      auto stored = unchanged<Stored>(known ? &(known->rows().*member) : nullptr, row);
      if (!stored) stored = compile_record(iam::read_record<Record>(row));
      AccountRows& rows = rows_[account_id];
      rows.account.id = account_id;
      (rows.*member).emplace(row.name, std::move(stored));
    });
  }

  storage::Transaction& transaction_;
  const SecretSealer& sealer_;
  const Directory& before_;
  std::optional<std::string> only_;
  AllRows rows_;
};

}  // namespace

std::shared_ptr<const Directory> read_directory(storage::Transaction& transaction,
                                                const SecretSealer& sealer,
                                                const Directory& before) {
  Directory::Accounts accounts;
  AllRows rows = Reading(transaction, sealer, before, std::nullopt).read();
  for (auto& [id, of_account] : rows) {
    accounts.emplace(id, std::make_shared<const Account>(std::move(of_account)));
  }
  return std::make_shared<const Directory>(std::move(accounts),
                                           transaction.generation(iam::kGeneration));
}

std::shared_ptr<const Directory> read_after_write(storage::Transaction& transaction,
                                                  const SecretSealer& sealer,
                                                  const Directory& before,
                                                  const std::string& account_id,
                                                  std::int64_t generation) {
  const bool nothing_else = before.generation() + 1 == generation &&
                            transaction.generation(iam::kGeneration) == generation;
  if (!nothing_else) return read_directory(transaction, sealer, before);
  AllRows rows = Reading(transaction, sealer, before, account_id).read();
  Directory::Accounts accounts = before.accounts();
  accounts[account_id] = std::make_shared<const Account>(std::move(rows.at(account_id)));
  return std::make_shared<const Directory>(std::move(accounts), generation);
}

}  // namespace bedplate::identity
