// The accounts of one server, beside that of the first start. Whoever has the data directory makes
// them, on the command line.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "identity/iam/records.hpp"
#include "identity/secret_sealer.hpp"
#include "storage/store.hpp"

namespace bedplate::identity {

/// The text is for the person at the command line.
class AccountError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A new account, and the keys of its administrator: a user with AdministratorAccess.
struct NewAccount {
  iam::AccountRecord account;
  std::string administrator_arn;
  std::string access_key_id;
  std::string secret_access_key;
};

/// Throws AccountError when the name is taken or is none (1 to 50 characters, none of them a
/// control character), and storage::StoreError.
NewAccount create_account_blocking(storage::Store& store, const SecretSealer& sealer,
                                   const std::string& name, const Clock& clock);

/// By name.
std::vector<iam::AccountRecord> list_accounts_blocking(storage::Store& store);

/// No credential of a closed account works any more; what it holds stays. Throws AccountError when
/// there is no such account.
void close_account_blocking(storage::Store& store, const std::string& account_id);

}  // namespace bedplate::identity
