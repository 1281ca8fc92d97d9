#include "identity/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "identity/credential_ids.hpp"
#include "identity/credential_store.hpp"
#include "identity/iam/new_keys.hpp"

namespace bedplate::identity {
namespace {

// As AWS Organizations bounds account names.
constexpr std::size_t kNameCharactersMax = 50;
constexpr std::string_view kAdministratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess";

void check_name(const std::string& name) {
  const bool controls = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (name.empty() || !is_valid_utf8(name) || controls ||
      count_characters(name) > kNameCharactersMax) {
    throw AccountError(
        fmt::format("an account's name has 1 to {} characters, without control "
                    "characters",
                    kNameCharactersMax));
  }
}

}  // namespace

NewAccount create_account_blocking(storage::Store& store, const SecretSealer& sealer,
                                   const std::string& name, const Clock& clock) {
  check_name(name);
  NewAccount out;
  out.account.id = generate_account_id();
  out.account.name = name;
  out.account.created_ms = iam::milliseconds(clock.now());
  iam::UserRecord user;
  user.account_id = out.account.id;
  user.id = iam::generate_unique_id(iam::UserRecord::kIdPrefix);
  user.name = kAdministrator;
  user.created_ms = user.updated_ms = out.account.created_ms;
  user.attached.emplace_back(kAdministratorAccess);
  const iam::NewAccessKey key = iam::make_access_key(sealer, clock.now());
  user.access_keys.push_back(key.record);
  out.administrator_arn = iam::arn_of(user);
  out.access_key_id = key.record.id;
  out.secret_access_key = key.secret;
  try {
    store.write_blocking([&](storage::Transaction& transaction) {
      iam::insert_account(transaction, out.account);
      iam::insert_record(transaction, user);
      transaction.touch(iam::kGeneration);
    });
  } catch (const storage::AlreadyExists&) {
    throw AccountError(fmt::format("there is an account '{}' already", name));
  }
  return out;
}

std::vector<iam::AccountRecord> list_accounts_blocking(storage::Store& store) {
  std::vector<iam::AccountRecord> out;
  store.read_blocking([&](storage::Transaction& transaction) {
    out.clear();
    iam::for_each_row(transaction, iam::AccountRecord::kKind, "",
                      [&](const storage::Resource& row) { out.push_back(iam::read_account(row)); });
  });
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

void close_account_blocking(storage::Store& store, const std::string& account_id) {
  const bool found = store.write_blocking([&](storage::Transaction& transaction) {
    std::optional<iam::AccountRecord> account = iam::find_account(transaction, account_id);
    if (!account) return false;
    account->closed = true;
    iam::update_account(transaction, *account);
    transaction.touch(iam::kGeneration);
    return true;
  });
  if (!found) throw AccountError(fmt::format("there is no account {}", account_id));
}

}  // namespace bedplate::identity
