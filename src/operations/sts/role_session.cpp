#include "operations/sts/role_session.hpp"

#include "base/iam_errors.hpp"
#include "identity/policy/policy.hpp"
#include "operations/sts/session_given.hpp"

namespace bedplate::operations {
namespace {

using identity::SessionClaims;

constexpr std::int32_t kLifetimeDefaultS = 3'600;
constexpr std::int32_t kChainedLifetimeMaxS = 3'600;

std::string folded(std::string_view key) {
  return identity::policy::lower_case(key);
}

void add_requested_tags(const api::sts::AssumeRoleRequest& request, SessionClaims& claims) {
  add_session_tags(request.Tags, claims);
  if (!request.TransitiveTagKeys) return;
  for (const std::string& key : *request.TransitiveTagKeys) {
    if (!has_tag_key(claims.tags, key)) {
      throw errors::invalid_parameter_value(
          "The specified transitive tag key must be included in the requested tags.");
    }
    claims.transitive_tag_keys.push_back(key);
  }
}

// What the caller's own session hands on.
void add_inherited_tags(const SessionClaims& caller, SessionClaims& claims) {
  for (const std::string& key : caller.transitive_tag_keys) {
    if (has_tag_key(claims.tags, key)) {
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
  add_session_policies(account, request.Policy, request.PolicyArns, claims);
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
