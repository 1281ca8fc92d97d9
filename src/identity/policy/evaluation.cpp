#include "identity/policy/evaluation.hpp"

#include "identity/policy/statement_request.hpp"

namespace bedplate::identity::policy {
namespace {

/// What the policies of one type say together.
struct Verdict {
  const AttachedPolicy* deny = nullptr;
  const AttachedPolicy* allow = nullptr;
  int deny_statement = -1;
  int allow_statement = -1;
  Naming naming = Naming::kNone;
};

void take(const AttachedPolicy& attached, const StatementRequest& request, bool every_allow,
          Verdict& verdict) {
  const bool allows_too = every_allow || verdict.allow == nullptr;
  const Policy::Finding finding = attached.policy->find(request, allows_too);
  if (finding.deny >= 0 && verdict.deny == nullptr) {
    verdict.deny = &attached;
    verdict.deny_statement = finding.deny;
  }
  if (finding.allow >= 0 && finding.naming > verdict.naming) {
    verdict.allow = &attached;
    verdict.allow_statement = finding.allow;
    verdict.naming = finding.naming;
  }
}

Verdict verdict_of(const std::vector<AttachedPolicy>& policies, const StatementRequest& request,
                   bool every_allow) {
  Verdict verdict;
  for (const AttachedPolicy& attached : policies) take(attached, request, every_allow, verdict);
  return verdict;
}

Decision denied_by(const Verdict& verdict, PolicyType type) {
  return {false, Reason::kExplicitDeny, type, verdict.deny, verdict.deny_statement};
}

Decision lacking(PolicyType type) {
  return {false, Reason::kNoAllow, type, nullptr, -1};
}

Decision allowed_by(const Verdict& verdict, PolicyType type) {
  return {true, Reason::kAllowed, type, verdict.allow, verdict.allow_statement};
}

/// One decision: first what each type of policy says, then what follows from it.
class Evaluation {
 public:
  Evaluation(const Request& request, const PrincipalPolicies& principal,
             const ResourcePolicies& resource)
      : request_(request), principal_(principal), on_role_(resource.of_role), prepared_(request) {
    const StatementRequest& statement_request = prepared_.get();
    identity_ = verdict_of(principal.identity, statement_request, false);
    if (principal.boundary) take(*principal.boundary, statement_request, false, boundary_);
    session_ = verdict_of(principal.session, statement_request, false);
    resource_ = verdict_of(resource.attached, statement_request, true);
  }

  Decision decide() const {
    const PolicyType on_resource = on_role_ ? PolicyType::kTrust : PolicyType::kResource;
    if (identity_.deny != nullptr) return denied_by(identity_, PolicyType::kIdentity);
    if (boundary_.deny != nullptr) return denied_by(boundary_, PolicyType::kBoundary);
    if (session_.deny != nullptr) return denied_by(session_, PolicyType::kSession);
    if (resource_.deny != nullptr) return denied_by(resource_, on_resource);

    if (has_no_policies_of_its_own()) {
      return resource_.allow != nullptr ? allowed_by(resource_, on_resource) : lacking(on_resource);
    }
    const bool other_account = !request_.resource_account.empty() &&
                               request_.resource_account != request_.caller.account_id;
    if (!other_account && resource_.naming == Naming::kDirect) {
      return allowed_by(resource_, on_resource);
    }
    // A grant to the role makes up for its identity-based policies, not for what limits them.
    const bool granted = !other_account && resource_.naming == Naming::kEntity;
    Decision decision =
        granted ? allowed_by(resource_, on_resource) : allowed_by(identity_, PolicyType::kIdentity);
    const bool root = request_.caller.type == Caller::Type::kRoot;
    if (!granted && !root && identity_.allow == nullptr) return lacking(PolicyType::kIdentity);
    const bool needs_resource = other_account || on_role_;
    if (needs_resource && resource_.allow == nullptr) return lacking(on_resource);
    if (principal_.boundary && boundary_.allow == nullptr) return lacking(PolicyType::kBoundary);
    // A federated user has nothing but what the session policies leave of the user's permissions.
    const bool needs_session =
        !principal_.session.empty() || request_.caller.type == Caller::Type::kFederatedUser;
    if (needs_session && session_.allow == nullptr) return lacking(PolicyType::kSession);
    return decision;
  }

 private:
  bool has_no_policies_of_its_own() const {
    return request_.caller.type == Caller::Type::kService ||
           request_.caller.type == Caller::Type::kAnonymous;
  }

  const Request& request_;
  const PrincipalPolicies& principal_;
  bool on_role_;
  PreparedRequest prepared_;
  Verdict identity_, boundary_, session_, resource_;
};

}  // namespace

Decision evaluate(const Request& request, const PrincipalPolicies& principal,
                  const ResourcePolicies& resource) {
  return Evaluation(request, principal, resource).decide();
}

std::string_view type_name(PolicyType type) {
  switch (type) {
    case PolicyType::kIdentity:
      return "identity-based policy";
    case PolicyType::kBoundary:
      return "permissions boundary";
    case PolicyType::kSession:
      return "session policy";
    case PolicyType::kResource:
      return "resource-based policy";
    case PolicyType::kTrust:
      break;
  }
  return "role trust policy";
}

std::string denial_message(const Request& request, const Decision& decision) {
  const Caller& caller = request.caller;
  std::string text = "User: ";
  text += caller.type == Caller::Type::kAnonymous ? "anonymous"
          : caller.type == Caller::Type::kService ? caller.service
                                                  : caller.arn;
  text.append(" is not authorized to perform: ").append(request.action);
  if (!request.resource.empty() && request.resource != "*") {
    text.append(" on resource: ").append(request.resource);
  }
  if (decision.reason == Reason::kNoAllow) {
    return text.append(" because no ")
        .append(type_name(decision.type))
        .append(" allows the ")
        .append(request.action)
        .append(" action");
  }
  const std::string_view article = decision.type == PolicyType::kIdentity ? "an "
                                   : decision.type == PolicyType::kTrust  ? "the "
                                                                          : "a ";
  text.append(" with an explicit deny in ").append(article).append(type_name(decision.type));
  if (decision.policy != nullptr && !decision.policy->arn.empty()) {
    text.append(": ").append(decision.policy->arn);
  }
  return text;
}

}  // namespace bedplate::identity::policy
