#include "identity/open_sessions.hpp"

#include <algorithm>
#include <mutex>

#include "base/bytes.hpp"

namespace bedplate::identity {
namespace {

// Session tags win over the role's or user's of the same key; keys are compared without regard to
// case.
iam::Tags tags_of(const iam::Tags& own_tags, const SessionClaims& claims) {
  iam::Tags tags = claims.tags;
  for (const auto& tag : own_tags) {
    const bool taken = std::any_of(claims.tags.begin(), claims.tags.end(), [&](const auto& own) {
      return policy::lower_case(own.first) == policy::lower_case(tag.first);
    });
    if (!taken) tags.push_back(tag);
  }
  return tags;
}

std::vector<policy::AttachedPolicy> compile_session_policy(const SessionClaims& claims) {
  if (claims.policy.empty()) return {};
  try {
    return {{policy::Policy::parse(claims.policy, policy::DocumentKind::kSession), "session", ""}};
  } catch (const policy::PolicyError&) {
    // It was good when the session began, under an earlier version perhaps.
    return {missing_policy("")};
  }
}

}  // namespace

OpenSession::OpenSession(SessionClaims claims)
    : claims_(std::make_shared<const SessionClaims>(std::move(claims))),
      inline_policies_(compile_session_policy(*claims_)) {}

std::shared_ptr<const SessionIdentity> OpenSession::identity(
    const std::shared_ptr<const Account>& account) const {
  std::shared_ptr<const SessionIdentity> last = last_.get();
  if (last && account && last->account.lock() == account) return last;
  std::shared_ptr<const SessionIdentity> found = find_identity(account);
  if (found) last_.set(found);
  return found;
}

std::shared_ptr<const SessionIdentity> OpenSession::find_identity(
    const std::shared_ptr<const Account>& account) const {
  if (!account) return nullptr;
  if (claims_->type == SessionClaims::Type::kRole) {
    const Role* role = account->find_role_by_id(claims_->entity_id);
    return role == nullptr ? nullptr : of_role(account, *role);
  }
  const User* user = account->find_user_by_id(claims_->entity_id);
  if (user == nullptr) return nullptr;
  if (claims_->type == SessionClaims::Type::kFederated) {
    return std::make_shared<const SessionIdentity>(
        federated(*user->caller, *user->policies, account));
  }
  SessionIdentity out{account, user->caller, user->policies};
  return std::make_shared<const SessionIdentity>(std::move(out));
}

std::shared_ptr<const SessionIdentity> OpenSession::of_role(
    const std::shared_ptr<const Account>& account, const Role& role) const {
  policy::Caller caller;
  caller.type = policy::Caller::Type::kAssumedRole;
  caller.arn = claims_->arn;
  caller.account_id = claims_->account_id;
  caller.unique_id = claims_->entity_id + ":" + claims_->user_name;
  caller.entity_arn = role.stored->arn;
  caller.tags = tags_of(role.record().tags, *claims_);
  policy::PrincipalPolicies applied = *role.policies;
  add_session_policies(account.get(), applied);
  return std::make_shared<const SessionIdentity>(
      SessionIdentity{account, std::make_shared<const policy::Caller>(std::move(caller)),
                      std::make_shared<const policy::PrincipalPolicies>(std::move(applied))});
}

SessionIdentity OpenSession::federated(const policy::Caller& user,
                                       const policy::PrincipalPolicies& policies,
                                       const std::shared_ptr<const Account>& account) const {
  policy::Caller caller;
  caller.type = policy::Caller::Type::kFederatedUser;
  caller.arn = claims_->arn;
  caller.account_id = claims_->account_id;
  caller.unique_id = claims_->account_id + ":" + claims_->user_name;
  caller.entity_arn = user.arn;
  caller.tags = tags_of(user.tags, *claims_);
  policy::PrincipalPolicies applied = policies;
  add_session_policies(account.get(), applied);
  return {account, std::make_shared<const policy::Caller>(std::move(caller)),
          std::make_shared<const policy::PrincipalPolicies>(std::move(applied))};
}

void OpenSession::add_session_policies(const Account* account,
                                       policy::PrincipalPolicies& applied) const {
  applied.session = inline_policies_;
  for (const std::string& arn : claims_->policy_arns) {
    auto managed = account == nullptr ? managed_by_aws(arn) : account->managed(arn);
    applied.session.push_back(std::move(managed).value_or(missing_policy(arn)));
  }
}

std::shared_ptr<const OpenSession> OpenSessions::open(const SessionSealer& sealer,
                                                      const std::string& token) {
  const std::string digest(as_view(sha256(token)));
  {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(digest);
    if (found != entries_.end()) return found->second;
  }
  std::optional<SessionClaims> claims = sealer.open(token);
  if (!claims) return nullptr;
  auto session = std::make_shared<const OpenSession>(std::move(*claims));
  const std::unique_lock lock(mutex_);
  // Only sealed tokens get here; those that are still in use come back at once.
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_.insert_or_assign(digest, session);
  return session;
}

std::size_t OpenSessions::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

}  // namespace bedplate::identity
