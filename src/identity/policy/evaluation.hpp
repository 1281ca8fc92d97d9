// Whether a request is allowed by all the policies that apply to it together ("Policy evaluation
// logic" of the IAM user guide). See docs/policies.md for the order.
//
//   Context context;
//   caller.describe(context);
//   context.set("aws:SourceIp", address);
//   const Decision decision = evaluate({caller, "bedrock:InvokeModel", arn, "", context},
//   policies); if (!decision.allowed) throw errors::…(denial_message(request, decision));
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/policy/context.hpp"
#include "identity/policy/policy.hpp"
#include "identity/policy/principals.hpp"

namespace bedplate::identity::policy {

/// What is asked. The strings and the context must outlive the call.
struct Request {
  const Caller& caller;
  std::string_view action;            ///< service:Name
  std::string_view resource;          ///< an ARN, or `*` for actions that know no resource
  std::string_view resource_account;  ///< its owner; empty: the caller's account
  const Context& context;
};

/// A policy where it is attached.
struct AttachedPolicy {
  std::shared_ptr<const Policy> policy;
  std::string name;  ///< for people
  std::string arn;   ///< of a managed policy; empty for the others
};

/// What applies to a caller, whatever they ask for. Keep it between requests; any number of threads
/// may use it.
struct PrincipalPolicies {
  std::vector<AttachedPolicy> identity;    ///< of the user and their groups, or of the role
  std::optional<AttachedPolicy> boundary;  ///< permissions boundary
  std::vector<AttachedPolicy> session;     ///< session policies; empty: none were passed
};

/// What is attached to the resource.
struct ResourcePolicies {
  std::vector<AttachedPolicy> attached;
  bool of_role = false;  ///< `attached` is the role's trust policy
};

enum class PolicyType { kIdentity, kBoundary, kSession, kResource, kTrust };

enum class Reason { kAllowed, kExplicitDeny, kNoAllow };

struct Decision {
  bool allowed = false;
  Reason reason = Reason::kNoAllow;
  PolicyType type = PolicyType::kIdentity;  ///< which type denied, or lacks the Allow
  /// The policy that denies explicitly, or the first that allows. Null otherwise, and for a root
  /// user who needs none. Points into the policies that were given.
  const AttachedPolicy* policy = nullptr;
  int statement = -1;  ///< its statement, from 0
};

/// Decides. Allocates nothing as long as no policy variable is in the way; any number of threads
/// may decide with the same policies.
Decision evaluate(const Request& request, const PrincipalPolicies& principal,
                  const ResourcePolicies& resource = {});

/// What AWS says when it denies ("Troubleshoot access denied error messages"). The resource is left
/// out when it is `*`; the ARN of a managed policy that denies is named.
std::string denial_message(const Request& request, const Decision& decision);

/// `identity-based policy`, `permissions boundary` and so on, as in the message.
std::string_view type_name(PolicyType type);

}  // namespace bedplate::identity::policy
