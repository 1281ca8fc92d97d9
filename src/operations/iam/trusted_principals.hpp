// Whom a role trusts. A trust policy names users and roles by ARN, but IAM keeps who that was
// ("when you save the policy, IAM transforms the ARN to the principal's unique ID"): one who is
// deleted is trusted no more, though another of the same name may come.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "identity/directory.hpp"
#include "operations/context.hpp"
#include "storage/transaction.hpp"

namespace bedplate::operations::iam {

/// What `Principal` and `NotPrincipal` have under `AWS`, each replaced by what `replace` gives for
/// it; nothing: stays. A document in which all stay is returned byte for byte.
/// @param document  a policy that has been checked
std::string replace_principals(
    const std::string& document,
    const std::function<std::optional<std::string>(const std::string&)>& replace);

/// The principals that this server knows, and what they are called now. Any thread may use it.
class TrustedPrincipals {
 public:
  explicit TrustedPrincipals(const Context& context);

  /// The document as it is kept: unique ids in place of the ARNs of users and roles. Throws
  /// MalformedPolicyDocument when a user, role or account does not exist.
  std::string pin(storage::Transaction& transaction, const std::string& document) const;

  /// The document as replies show it: ARNs, and the ids of those who are gone.
  std::string show(const std::string& document) const;

 private:
  std::optional<std::string> id_of(storage::Transaction& transaction,
                                   const std::string& principal) const;
  std::optional<std::string> arn_of(const std::string& id) const;
  bool is_account(storage::Transaction& transaction, const std::string& account_id) const;

  std::shared_ptr<const identity::Directory> directory_;
  // The administrator of the first start, who has no row.
  std::string first_account_;
  std::string first_administrator_arn_;
  std::string first_administrator_id_;
};

}  // namespace bedplate::operations::iam
