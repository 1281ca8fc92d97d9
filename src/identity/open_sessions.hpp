// Sessions that have been used lately. Opening a token costs an HMAC, and its policies are
// compiled; a client sends the same token with every request.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "base/published.hpp"
#include "identity/directory.hpp"
#include "identity/session_token.hpp"

namespace bedplate::identity {

/// Who a session is, in one picture of its account.
struct SessionIdentity {
  std::weak_ptr<const Account> account;  ///< weak: sessions that are not used keep no old picture
  std::shared_ptr<const policy::Caller> caller;
  std::shared_ptr<const policy::PrincipalPolicies> policies;
};

class OpenSession {
 public:
  explicit OpenSession(SessionClaims claims);

  const std::shared_ptr<const SessionClaims>& claims() const { return claims_; }

  /// Null when the user or role is not in the account any more.
  std::shared_ptr<const SessionIdentity> identity(
      const std::shared_ptr<const Account>& account) const;

  /// Of a federated user.
  /// @param user      who asked for it
  /// @param policies  of that user
  /// @param account   null: has no rows
  SessionIdentity federated(const policy::Caller& user, const policy::PrincipalPolicies& policies,
                            const std::shared_ptr<const Account>& account) const;

 private:
  void add_session_policies(const Account* account, policy::PrincipalPolicies& applied) const;

  std::shared_ptr<const SessionIdentity> find_identity(
      const std::shared_ptr<const Account>& account) const;
  std::shared_ptr<const SessionIdentity> of_role(const std::shared_ptr<const Account>& account,
                                                 const Role& role) const;

  std::shared_ptr<const SessionClaims> claims_;
  std::vector<policy::AttachedPolicy> inline_policies_;
  mutable Published<SessionIdentity> last_;
};

/// Bounded; safe from every thread.
class OpenSessions {
 public:
  static constexpr std::size_t kEntriesMax = 1'024;

  /// Null when the token was not sealed by `sealer`.
  std::shared_ptr<const OpenSession> open(const SessionSealer& sealer, const std::string& token);

  std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const OpenSession>> entries_;  ///< by digest
};

}  // namespace bedplate::identity
