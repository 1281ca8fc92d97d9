// A policy document of IAM, read, checked and compiled. See docs/policies.md.
//
//   auto policy = Policy::parse(document, DocumentKind::kManaged);   // throws PolicyError
//
// What is allowed by several of them together: identity/policy/evaluation.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "identity/policy/condition.hpp"
#include "identity/policy/pattern.hpp"
#include "identity/policy/principals.hpp"

namespace bedplate::identity::policy {

/// What a document is for decides its grammar and its size.
enum class DocumentKind {
  kManaged,      ///< customer managed; 6,144 characters
  kInlineUser,   ///< 2,048 characters, all of one user's together
  kInlineRole,   ///< 10,240 characters, all of one role's together
  kInlineGroup,  ///< 5,120 characters, all of one group's together
  kSession,      ///< passed to AssumeRole; 2,048 characters
  kTrust,        ///< a role's trust policy; 2,048 characters
  kResource,     ///< attached to a resource; 20,480 characters, the largest that a service takes
  kAwsManaged,   ///< AWS's own: no limit
};

/// Characters (code points) that a document may have, not counting white space ("IAM and AWS STS
/// quotas"). For inline policies the caller adds up those of an identity.
std::size_t size_limit_characters(DocumentKind kind);

/// Characters of a document, not counting white space.
std::size_t size_characters(std::string_view document);

/// A document that IAM would refuse, in its words.
class PolicyError : public std::runtime_error {
 public:
  PolicyError(std::string code, const std::string& message)
      : std::runtime_error(message), code(std::move(code)) {}

  std::string code;  ///< MalformedPolicyDocument, LimitExceeded or ValidationError
};

/// The error for documents over their limit.
/// @param entity_name  whose inline policies they are
PolicyError too_large(DocumentKind kind, std::string_view entity_name);

/// What a statement is compared with, prepared once for a request.
struct StatementRequest {
  const Caller& caller;
  const Context& context;
  std::string_view action;  ///< lower case
  std::uint64_t action_hash;
  std::uint64_t service_hash;  ///< of what stands before the colon
  std::string_view resource;
};

/// One compiled statement.
struct Statement {
  /// Whether it says something about a request; if not, the first element that keeps it from it.
  enum class Outcome { kApplies, kOtherAction, kOtherPrincipal, kOtherResource, kConditionFails };
  struct Result {
    Outcome outcome = Outcome::kApplies;
    Naming naming = Naming::kDirect;       ///< kApplies: how it names the caller
    const Condition* condition = nullptr;  ///< kConditionFails: the first that does
  };

  Result compare(const StatementRequest& request) const;

  std::string sid;  ///< empty: none
  bool denies = false;
  bool not_action = false;
  bool not_resource = false;
  std::vector<Pattern> actions;    ///< lower case
  std::vector<Pattern> resources;  ///< empty: the resource that the policy is attached to
  std::optional<PrincipalElement> principal;
  std::vector<Condition> conditions;

 private:
  bool names_action(const StatementRequest& request) const;
  bool names_resource(const StatementRequest& request) const;
};

/// A compiled document. Immutable: any number of threads may use one at the same time.
class Policy {
 public:
  /// @throws PolicyError with IAM's text
  static std::shared_ptr<const Policy> parse(std::string_view document, DocumentKind kind);

  const std::vector<Statement>& statements() const { return statements_; }
  std::size_t size_characters() const { return size_characters_; }
  /// Whether a condition or a policy variable is about a resource's tags (aws:ResourceTag/… and the
  /// like): only then they need to be known.
  bool mentions_resource_tags() const { return mentions_resource_tags_; }

  /// The first statements that apply to a request; -1: none.
  struct Finding {
    int deny = -1;
    int allow = -1;
    Naming naming = Naming::kNone;  ///< the most that any applying Allow grants
  };

  /// @param allows_too  whether Allow statements are of interest; false makes it faster
  Finding find(const StatementRequest& request, bool allows_too) const;

 private:
  /// A statement under an action that it names, or a service that its actions begin with.
  struct IndexEntry {
    std::uint64_t hash;
    std::uint32_t statement;
    auto operator<=>(const IndexEntry&) const = default;
  };

  Policy() = default;
  void index();
  void index_actions(std::uint32_t number);
  void look(std::uint32_t number, const StatementRequest& request, bool allows_too,
            Finding& finding) const;

  std::vector<Statement> statements_;
  std::size_t size_characters_ = 0;
  bool mentions_resource_tags_ = false;
  std::vector<IndexEntry> by_action_;   ///< actions without wildcard, sorted
  std::vector<IndexEntry> by_service_;  ///< actions with one behind the colon, sorted
  std::vector<std::uint32_t> for_any_;  ///< `*`, `*:…` and NotAction
};

}  // namespace bedplate::identity::policy
