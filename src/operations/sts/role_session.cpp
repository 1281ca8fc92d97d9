#include "operations/sts/role_session.hpp"

#include <algorithm>
#include <set>

#include "base/iam_errors.hpp"
#include "identity/policy/policy.hpp"
#include "operations/iam/documents.hpp"

namespace bedplate::operations {
namespace {

using identity::SessionClaims;

constexpr std::int32_t kLifetimeDefaultS = 3'600;
constexpr std::int32_t kChainedLifetimeMaxS = 3'600;
constexpr std::size_t kPolicyArnsMax = 10;
constexpr std::size_t kPlainCharactersMax = 2'048;

std::string folded(std::string_view key) {
  return identity::policy::lower_case(key);
}

bool has_key(const std::vector<std::pair<std::string, std::string>>& tags, std::string_view key) {
  return std::any_of(tags.begin(), tags.end(),
                     [&](const auto& tag) { return folded(tag.first) == folded(key); });
}

void add_requested_tags(const api::sts::AssumeRoleRequest& request, SessionClaims& claims) {
  if (request.Tags) {
    for (const api::sts::Tag& tag : *request.Tags) {
      if (has_key(claims.tags, tag.Key)) {
        throw errors::invalid_parameter_value(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
      claims.tags.emplace_back(tag.Key, tag.Value);
    }
  }
  if (!request.TransitiveTagKeys) return;
  for (const std::string& key : *request.TransitiveTagKeys) {
    if (!has_key(claims.tags, key)) {
      throw errors::invalid_parameter_value(
          "The specified transitive tag key must be included in the requested tags.");
    }
    claims.transitive_tag_keys.push_back(key);
  }
}

// What the caller's own session hands on.
void add_inherited_tags(const SessionClaims& caller, SessionClaims& claims) {
  for (const std::string& key : caller.transitive_tag_keys) {
    if (has_key(claims.tags, key)) {
      throw errors::invalid_parameter_value(
          "One of the specified transitive tag keys can't be set because it conflicts with a "
          "transitive tag key from the calling session.");
    }
    for (const auto& tag : caller.tags) {
      if (folded(tag.first) == folded(key)) claims.tags.push_back(tag);
    }
    claims.transitive_tag_keys.push_back(key);
  }
}

// Once set, a source identity stays for all roles that are assumed from there.
void add_source_identity(const Context& context, const api::sts::AssumeRoleRequest& request,
                         SessionClaims& claims) {
  claims.source_identity = request.SourceIdentity.value_or("");
  if (!context.principal.session) return;
  const std::string& inherited = context.principal.session->source_identity;
  if (inherited.empty()) return;
  if (!claims.source_identity.empty() && claims.source_identity != inherited) {
    throw errors::access_denied(
        fmt::format("User: {} is not authorized to perform: sts:SetSourceIdentity on resource: {}",
                    context.principal.arn, request.RoleArn));
  }
  claims.source_identity = inherited;
}

void add_policies(const identity::Account& account, const api::sts::AssumeRoleRequest& request,
                  SessionClaims& claims) {
  std::size_t characters = 0;
  if (request.Policy) {
    iam::check_document(*request.Policy, identity::policy::DocumentKind::kSession);
    claims.policy = *request.Policy;
    characters += identity::policy::size_characters(claims.policy);
  }
  if (!request.PolicyArns) return;
  if (request.PolicyArns->size() > kPolicyArnsMax) {
    throw errors::validation(
        fmt::format("A session has at most {} managed policies.", kPolicyArnsMax));
  }
  for (const api::sts::PolicyDescriptorType& descriptor : *request.PolicyArns) {
    const std::string arn = descriptor.arn.value_or("");
    if (!account.managed(arn)) {
      throw errors::validation(fmt::format("The policy {} does not exist.", arn));
    }
    characters += arn.size();
    claims.policy_arns.push_back(arn);
  }
  if (characters > kPlainCharactersMax) {
    throw errors::packed_policy_too_large(
        fmt::format("Packed policy consumes {}% of allotted space, please use smaller policy.",
                    (characters * 100 + kPlainCharactersMax - 1) / kPlainCharactersMax));
  }
}

}  // namespace

SessionClaims role_session(const Context& context, const identity::Account& account,
                           const identity::Role& role, const api::sts::AssumeRoleRequest& request) {
  SessionClaims claims;
  claims.type = SessionClaims::Type::kRole;
  claims.account_id = account.id();
  claims.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account.id(), role.record().name,
                           request.RoleSessionName);
  claims.user_name = request.RoleSessionName;
  claims.entity_id = role.record().id;
  add_requested_tags(request, claims);
  if (context.principal.session) add_inherited_tags(*context.principal.session, claims);
  add_source_identity(context, request, claims);
  add_policies(account, request, claims);
  return claims;
}

std::chrono::seconds role_session_lifetime(const Context& context, const identity::Role& role,
                                           const api::sts::AssumeRoleRequest& request) {
  const std::int32_t seconds = request.DurationSeconds.value_or(kLifetimeDefaultS);
  const bool chained =
      context.principal.session && context.principal.session->type == SessionClaims::Type::kRole;
  if (chained && seconds > kChainedLifetimeMaxS) {
    throw errors::validation(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining.");
  }
  if (seconds > role.record().session_max_s) {
    throw errors::validation(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return std::chrono::seconds(seconds);
}

}  // namespace bedplate::operations
