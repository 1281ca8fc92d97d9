// `bedplate accounts`: the accounts beside the first one. Works on the store, beside a running
// server, which notices within a second.
#include "identity/accounts.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/reporting.hpp"
#include "base/clock.hpp"
#include "identity/credential_store.hpp"
#include "storage/open_store.hpp"

namespace bedplate::app {
namespace {

void create(storage::Store& store, const identity::CredentialStore& credentials,
            const AccountsOptions& options) {
  const MachineClock clock;
  const identity::SecretSealer sealer(
      credentials.derived_key(identity::CredentialStore::kSecretsPurpose));
  const identity::NewAccount made =
      identity::create_account_blocking(store, sealer, options.name, clock);
  if (options.json) {
    const boost::json::object object{{"AccountId", made.account.id},
                                     {"Name", made.account.name},
                                     {"UserArn", made.administrator_arn},
                                     {"AccessKeyId", made.access_key_id},
                                     {"SecretAccessKey", made.secret_access_key}};
    fmt::print("{}\n", boost::json::serialize(object));
    return;
  }
  fmt::print(
      "Account {} ({}). Its administrator's keys, which are shown this once:\n\n"
      "export AWS_ACCESS_KEY_ID='{}'\nexport AWS_SECRET_ACCESS_KEY='{}'\n",
      made.account.id, made.account.name, made.access_key_id, made.secret_access_key);
}

struct Line {
  std::string id, name;
  bool closed;
};

void list(storage::Store& store, const identity::CredentialStore& credentials,
          const AccountsOptions& options) {
  std::vector<Line> lines{{credentials.account_id(), "(the first start's)", false}};
  for (const identity::iam::AccountRecord& account : identity::list_accounts_blocking(store)) {
    lines.push_back({account.id, account.name, account.closed});
  }
  if (options.json) {
    boost::json::array array;
    for (const Line& line : lines) {
      array.push_back(boost::json::object{{"AccountId", line.id},
                                          {"Name", line.name},
                                          {"State", line.closed ? "CLOSED" : "ACTIVE"}});
    }
    fmt::print("{}\n", boost::json::serialize(array));
    return;
  }
  fmt::print("{:<12}  {:<6}  {}\n", "ACCOUNT", "STATE", "NAME");
  for (const Line& line : lines) {
    fmt::print("{:<12}  {:<6}  {}\n", line.id, line.closed ? "CLOSED" : "ACTIVE", line.name);
  }
}

void close(storage::Store& store, const identity::CredentialStore& credentials,
           const AccountsOptions& options) {
  if (options.account_id == credentials.account_id()) {
    throw identity::AccountError("the first account cannot be closed");
  }
  identity::close_account_blocking(store, options.account_id);
  fmt::print("Account {} is closed: none of its keys works any more.\n", options.account_id);
}

}  // namespace

int accounts_command(const Configuration& configuration, const AccountsOptions& options) {
  using Action = AccountsOptions::Action;
  return reporting([&] {
    const MachineClock clock;
    const auto credentials =
        identity::CredentialStore::open_blocking(configuration.data_dir.string(), clock);
    const auto store = storage::open_store_blocking(configuration.storage);
    if (options.action == Action::kCreate) create(*store, *credentials, options);
    if (options.action == Action::kList) list(*store, *credentials, options);
    if (options.action == Action::kClose) close(*store, *credentials, options);
    return 0;
  });
}

}  // namespace bedplate::app
