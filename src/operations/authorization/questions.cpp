#include "operations/authorization/questions.hpp"

#include <fmt/format.h>

#include "identity/session_token.hpp"

namespace bedplate::operations::authorization {
namespace {

namespace policy = identity::policy;

constexpr std::string_view kBearerAction = "bedrock:CallWithBearerToken";
constexpr std::string_view kBedrock = "bedrock.amazonaws.com";

bool any_looks_at_tags(const std::vector<policy::AttachedPolicy>& policies) {
  for (const policy::AttachedPolicy& attached : policies) {
    if (attached.policy->mentions_resource_tags()) return true;
  }
  return false;
}

Target at(std::string arn) {
  return {std::move(arn), {}, nullptr, {}};
}

/// API keys need this whatever they are used for.
void ask_for_bearer(const Asking& asking, std::vector<Question>& out) {
  if (asking.home.principal.kind != identity::Principal::Kind::kApiKey) return;
  out.push_back({std::string(kBearerAction), at("*"), {}});
}

void ask_for_tags(const Rule& rule, Input input, const Home& home,
                  const std::vector<Target>& targets, Questions& out) {
  for (const TagRule& tags : rule.tags) {
    const auto given = tags_at(input, tags.member);
    for (const auto& [key, value] : given) {
      out.keys.set("aws:RequestTag/" + key, value);
      out.keys.add("aws:TagKeys", key);
    }
    if (given.empty() || tags.action.empty()) continue;
    if (!tags.arn.empty()) {
      out.all.push_back({tags.action, at(fill(tags.arn, home.principal, {"*", "*", "*"})), {}});
      continue;
    }
    for (const Target& target : targets) out.all.push_back({tags.action, target, {}});
  }
  if (rule.tag_keys.empty()) return;
  for (const std::string& key : texts_at(input, rule.tag_keys)) out.keys.add("aws:TagKeys", key);
}

/// The guardrail of a model call, by its ARN, to which its number is appended in the condition key.
void ask_for_guardrail(const Rule& rule, Input input, const Home& home, Questions& out) {
  if (rule.guardrail.empty()) return;
  const auto identifier = text_at(input, rule.guardrail.at(0));
  if (!identifier) return;
  const std::string arn = identifier->rfind("arn:", 0) == 0
                              ? *identifier
                              : fill(arn_template("guardrail"), home.principal, {*identifier});
  const auto version = text_at(input, rule.guardrail.at(1));
  const bool numbered = version && *version != "DRAFT";
  out.keys.set("bedrock:GuardrailIdentifier", numbered ? arn + ":" + *version : arn);
  out.all.push_back({"bedrock:ApplyGuardrail", at(arn), {}});
}

/// A call that names no tier is of the default one. (Inferred: the user guide's policy that lists
/// all tiers lists `default`, too.)
void complete_tier(Questions& out) {
  static const policy::ContextKey kTier("bedrock:ServiceTier");
  if (out.keys.find(kTier) == nullptr) out.keys.set(kTier.name, "default");
}

void ask_for_model(const Rule& rule, std::string_view action, Input input, const Home& home,
                   Questions& out) {
  for (const ResourceRule& resource : rule.resources) {
    if (resource.kind != ResourceRule::Kind::kModel) continue;
    complete_tier(out);
    for (const std::string& identifier : texts_at(input, resource.members.front())) {
      out.all.push_back({std::string(action), at(model_arn(identifier, home)), {}});
    }
  }
}

/// The regions of the models that a profile may lead to. A global profile's models are asked about
/// once, without a region, and in the region of the caller.
std::vector<std::string> regions_of(const inference::ResolvedModel& resolved, const Home& home) {
  const std::string& region = home.principal.region;
  if (resolved.profile_id.empty()) return {region};
  if (resolved.profile_id.rfind("global.", 0) == 0) return {region, ""};
  const auto* profile = home.catalogue.find_profile(resolved.profile_id);
  if (profile == nullptr) return {resolved.region};
  return profile->destinations(region);
}

/// What a role in the request is for: what the operation makes, or else changes.
std::string taker_of_role(const Rule& rule, Input input, const Home& home) {
  if (!rule.tags.empty() && !rule.tags.front().arn.empty()) {
    return fill(rule.tags.front().arn, home.principal, {"*", "*", "*"});
  }
  for (const ResourceRule& resource : rule.resources) {
    const bool own = resource.arn.find("{account}") != std::string::npos;
    if (!own || resource.kind == ResourceRule::Kind::kModel) continue;
    Rule alone;
    alone.resources.push_back(resource);
    std::string arn = targets_of(alone, input, home).front().arn;
    if (arn != "*") return arn;
  }
  return {};
}

std::string bearer_type(const identity::Principal& principal) {
  return principal.api_key_type == identity::Principal::ApiKeyType::kShortTerm ? "SHORT_TERM"
                                                                               : "LONG_TERM";
}

void describe_session(const identity::SessionClaims& session, policy::Context& out) {
  out.set("aws:TokenIssueTime", format_iso8601_s(session.issued));
  out.set("aws:MultiFactorAuthPresent", "false");
  if (!session.source_identity.empty()) out.set("aws:SourceIdentity", session.source_identity);
}

void describe_connection(const wire::Request& request, policy::Context& out) {
  out.set("aws:SourceIp", request.peer_address);
  out.set("aws:SecureTransport", request.secure ? "true" : "false");
  if (const std::string* agent = request.headers.find("user-agent")) {
    out.set("aws:UserAgent", *agent);
  }
  if (const std::string* referer = request.headers.find("referer")) {
    out.set("aws:Referer", *referer);
  }
}

/// The keys that depend on the resource.
void describe_target(const Question& question, const std::string& owner, policy::Context& keys) {
  const Target& target = question.target;
  if (!owner.empty()) keys.set("aws:ResourceAccount", owner);
  if (target.tags != nullptr) {
    for (const auto& [key, value] : *target.tags) {
      keys.set("aws:ResourceTag/" + key, value);
      keys.set("iam:ResourceTag/" + key, value);
    }
  }
  static const policy::ContextKey kBoundary("iam:PermissionsBoundary");
  if (!target.boundary.empty() && keys.find(kBoundary) == nullptr) {
    keys.set(kBoundary.name, target.boundary);
  }
  for (const auto& [key, value] : question.keys) keys.set(key, value);
}

/// AWS names `*` in denials of IAM's actions and of API keys, and leaves it out of Bedrock's.
std::string denial_text(const Question& question, policy::Request asked,
                        const policy::Decision& decision) {
  if (!question.target.shown.empty()) asked.resource = question.target.shown;
  std::string text = policy::denial_message(asked, decision);
  const bool names_all = question.target.arn == "*" && (question.action == kBearerAction ||
                                                        question.action.rfind("iam:", 0) == 0);
  if (!names_all) return text;
  const std::string action = "to perform: " + question.action;
  const std::size_t found = text.find(action);
  if (found != text.npos) text.insert(found + action.size(), " on resource: *");
  return text;
}

}  // namespace

policy::Context request_keys(const Asking& asking, protocol::Service service) {
  const identity::Principal& principal = asking.home.principal;
  policy::Context out;
  principal.caller->describe(out);
  if (asking.request != nullptr) describe_connection(*asking.request, out);
  if (principal.session != nullptr) describe_session(*principal.session, out);
  using std::chrono::duration_cast;
  const auto since_1970 = asking.now.time_since_epoch();
  out.set("aws:CurrentTime", format_iso8601_s(asking.now));
  out.set("aws:EpochTime", std::to_string(duration_cast<std::chrono::seconds>(since_1970).count()));
  // IAM is one for all regions; AWS has it in us-east-1.
  const bool global = service == protocol::Service::kIam;
  out.set("aws:RequestedRegion", global ? "us-east-1" : principal.region);
  out.set("aws:ViaAWSService", "false");
  out.set("aws:PrincipalIsAWSService", "false");
  if (principal.kind == identity::Principal::Kind::kApiKey) {
    out.set("bedrock:BearerTokenType", bearer_type(principal));
  }
  return out;
}

Questions operation_questions(const protocol::OperationDescriptor& operation, Input input,
                              const Asking& asking) {
  const Rule& rule = rule_of(operation);
  const Home& home = asking.home;
  Questions out;
  if (rule.not_asked) return out;
  out.keys = request_keys(asking, operation.service->service);
  for (const auto& [key, member] : rule.keys) {
    if (const auto value = text_at(input, member)) out.keys.set(key, *value);
  }
  ask_for_bearer(asking, out.all);
  const std::vector<Target> targets = targets_of(rule, input, home);
  for (const Target& target : targets) {
    out.all.push_back({std::string(operation.iam_action), target, {}});
  }
  ask_for_model(rule, operation.iam_action, input, home, out);
  ask_for_guardrail(rule, input, home, out);
  ask_for_tags(rule, input, home, targets, out);
  if (!rule.pass_role.empty()) {
    for (const std::string& role : texts_at(input, rule.pass_role)) {
      const std::string taker = taker_of_role(rule, input, home);
      out.all.push_back(pass_role_question(role, kBedrock, taker, home));
    }
  }
  return out;
}

Questions single_question(std::string_view action, std::string arn, const Asking& asking) {
  Questions out;
  out.keys = request_keys(asking, protocol::Service::kRuntime);
  if (action.rfind("bedrock:Invoke", 0) == 0) complete_tier(out);
  ask_for_bearer(asking, out.all);
  out.all.push_back({std::string(action), at(std::move(arn)), {}});
  return out;
}

Question pass_role_question(std::string_view role_arn, std::string_view service,
                            std::string_view associated_arn, const Home& home) {
  Target role = role_target(role_arn, home);
  role.shown.clear();
  Question out{"iam:PassRole", std::move(role), {{"iam:PassedToService", std::string(service)}}};
  if (!associated_arn.empty()) {
    out.keys.emplace_back("iam:AssociatedResourceArn", std::string(associated_arn));
  }
  return out;
}

std::vector<Question> model_questions(std::string_view action,
                                      const inference::ResolvedModel& resolved, const Home& home) {
  std::vector<std::pair<std::string, std::string>> keys;
  const bool of_own_profile = !resolved.called_as.empty() && resolved.claim.holder.empty();
  if (of_own_profile) {
    keys.emplace_back("bedrock:InferenceProfileArn", resolved.called_as);
  } else if (!resolved.profile_id.empty()) {
    keys.emplace_back("bedrock:InferenceProfileArn", model_arn(resolved.profile_id, home));
  }
  std::vector<std::string> ids = {resolved.model->id};
  if (!resolved.model->alias_of.empty()) ids.push_back(resolved.model->alias_of);
  std::vector<Question> out;
  for (const std::string& region : regions_of(resolved, home)) {
    for (const std::string& id : ids) {
      Question question{std::string(action), at(foundation_model_arn(region, id)), keys};
      if (region.empty()) question.keys.emplace_back("aws:RequestedRegion", "unspecified");
      out.push_back(std::move(question));
    }
  }
  return out;
}

std::optional<ApiError> answer(const Question& question, const policy::Context& keys,
                               const identity::Principal& principal,
                               const policy::PrincipalPolicies& policies) {
  const std::string owner = owner_of(question.target.arn);
  std::optional<policy::Context> own_keys;
  if (!owner.empty() || !question.keys.empty() || question.target.tags != nullptr ||
      !question.target.boundary.empty()) {
    own_keys = keys;
    describe_target(question, owner, *own_keys);
  }
  const policy::Request asked{*principal.caller, question.action, question.target.arn, owner,
                              own_keys ? *own_keys : keys};
  const policy::Decision decision = policy::evaluate(asked, policies, question.on_resource);
  if (decision.allowed) return std::nullopt;
  return errors::not_authorized(denial_text(question, asked, decision));
}

bool look_at_resource_tags(const policy::PrincipalPolicies& policies) {
  return any_looks_at_tags(policies.identity) || any_looks_at_tags(policies.session) ||
         (policies.boundary && policies.boundary->policy->mentions_resource_tags());
}

}  // namespace bedplate::operations::authorization
