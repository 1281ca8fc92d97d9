// Who asks, and whom a `Principal` or `NotPrincipal` element names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/policy/context.hpp"

namespace bedplate::identity::policy {

/// The principal of a request as policies see it.
struct Caller {
  enum class Type { kUser, kAssumedRole, kFederatedUser, kRoot, kService, kAnonymous };

  Type type = Type::kAnonymous;
  std::string arn;  ///< as denials name it; `arn:aws:sts::…:assumed-role/…` for a session
  std::string account_id;  ///< twelve digits; empty for services and anonymous callers
  std::string user_name;   ///< kUser: without its path
  std::string unique_id;   ///< AIDA…; AROA…:session for a role's session; empty: not known
  std::string entity_arn;  ///< kAssumedRole: the role's ARN; kFederatedUser: the user's
  std::string service;     ///< kService, e.g. bedrock.amazonaws.com
  std::string federated_provider;                         ///< web identity or SAML, trust policies
  std::string canonical_user_id;                          ///< where a service has such ids
  std::vector<std::pair<std::string, std::string>> tags;  ///< of the user or role, and the session

  /// The principal's keys: aws:PrincipalArn (of the role for its session), aws:PrincipalAccount,
  /// aws:PrincipalType, aws:userid, aws:username (users only), aws:PrincipalTag/….
  void describe(Context& context) const;
};

/// A caller from its ARN: a user, a role's session (the role's path is not known then), a federated
/// user or the root user. A service by its name, `*` for an anonymous caller. Nothing otherwise.
std::optional<Caller> parse_caller(std::string_view text);

/// How an element names a caller. The order is by how much an Allow of it grants in the caller's
/// own account ("Determining whether a request is allowed or denied within an account").
enum class Naming {
  kNone,
  kAccount,  ///< the account: grants nothing by itself, the account's own policies decide
  kEntity,   ///< the role of a session, the user of a federated one: boundary and session limit it
  kDirect,   ///< the caller itself, or everybody: nothing limits it
};

/// A compiled `Principal` or `NotPrincipal` element.
class PrincipalElement {
 public:
  struct Entry {
    enum class Kind { kEverybody, kAccount, kArn, kUniqueId, kService, kFederated, kCanonicalUser };
    Kind kind = Kind::kEverybody;
    std::string value;
  };

  /// Reads one value of a principal type (`AWS`, `Service`, `Federated`, `CanonicalUser`). Nothing
  /// when it can name nobody, e.g. when it has a wildcard within an ARN.
  static std::optional<Entry> parse_entry(std::string_view type, std::string_view value);

  PrincipalElement(std::vector<Entry> entries, bool negated)
      : entries_(std::move(entries)), negated_(negated) {}

  /// For `NotPrincipal`, kDirect or kNone. Whoever would be let off a Deny must be named themselves
  /// (or by their role); who must not profit from an Allow is named by their account, too.
  Naming names(const Caller& caller, bool statement_denies) const;

 private:
  std::vector<Entry> entries_;
  bool negated_;
};

}  // namespace bedplate::identity::policy
