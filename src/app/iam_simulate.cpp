// `bedplate iam simulate`: what policies in files say about one request, and why. Needs no running
// server; see docs/policies.md.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <stdexcept>

#include "app/commands.hpp"
#include "app/reporting.hpp"
#include "base/arn.hpp"
#include "base/clock.hpp"
#include "identity/policy/aws_managed_policies.hpp"
#include "identity/policy/explanation.hpp"

namespace bedplate::app {
namespace {

namespace json = boost::json;
namespace policy = identity::policy;
using policy::AttachedPolicy;
using policy::DocumentKind;

constexpr int kDenied = 1;
constexpr std::size_t kFileBytesMax = 256 * 1024;
constexpr std::size_t kAccountIdDigits = 12;

/// What the options mean. Where the policies come from is this struct's business alone.
struct Simulation {
  policy::Caller caller;
  policy::Context context;
  policy::PrincipalPolicies of_principal;
  policy::ResourcePolicies of_resource;
  std::string resource_account;
};

std::string read_file_blocking(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    throw std::invalid_argument(fmt::format("{}: cannot be read", path));
  }
  if (!file.eof()) {
    throw std::invalid_argument(fmt::format("{}: more than {} bytes", path, kFileBytesMax));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// A file, or the ARN of a policy of AWS's.
AttachedPolicy load_policy_blocking(const std::string& source, DocumentKind kind) {
  if (source.starts_with("arn:aws:iam::aws:policy/")) {
    const policy::AwsManagedPolicy* known = policy::find_aws_managed_policy(source);
    if (known == nullptr) throw std::invalid_argument(source + ": this server does not know it");
    return {known->policy, known->name, known->arn};
  }
  try {
    return {policy::Policy::parse(read_file_blocking(source), kind), source, ""};
  } catch (const policy::PolicyError& problem) {
    throw std::invalid_argument(fmt::format("{}: {}: {}", source, problem.code, problem.what()));
  }
}

std::vector<AttachedPolicy> load_policies_blocking(const std::vector<std::string>& sources,
                                                   DocumentKind kind) {
  std::vector<AttachedPolicy> policies;
  for (const std::string& source : sources) {
    policies.push_back(load_policy_blocking(source, kind));
  }
  return policies;
}

policy::Caller caller_of(const std::string& principal) {
  if (std::optional<policy::Caller> caller = policy::parse_caller(principal)) return *caller;
  // A role makes requests in sessions only; take one of them.
  const std::optional<Arn> arn = parse_arn(principal);
  if (arn && arn->service == "iam" && arn->resource_type() == "role") {
    const std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);
    const Arn session{arn->partition, "sts", "", arn->account,
                      "assumed-role/" + name + "/simulation"};
    if (std::optional<policy::Caller> caller = policy::parse_caller(session.text())) {
      caller->entity_arn = principal;
      return *caller;
    }
  }
  throw std::invalid_argument(principal +
                              ": no ARN of a user, a role, a role's or federated user's session or "
                              "the root user, no service and not *");
}

void add_context(const std::vector<std::string>& pairs, policy::Context& context) {
  policy::Context given;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw std::invalid_argument(pair + ": give condition keys as KEY=VALUE");
    }
    const std::string key = pair.substr(0, equals);
    given.add(key, pair.substr(equals + 1));
    context.set(key, *given.find(policy::ContextKey(key)));
  }
}

std::string owner_of(const std::string& resource) {
  const std::optional<Arn> arn = parse_arn(resource);
  return arn && arn->account.size() == kAccountIdDigits ? arn->account : std::string();
}

Simulation simulation_of_blocking(const IamSimulateOptions& options) {
  Simulation simulation;
  simulation.caller = caller_of(options.principal);
  simulation.caller.describe(simulation.context);
  const Timestamp now = MachineClock().now();
  simulation.context.set("aws:CurrentTime", format_iso8601_s(now));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  simulation.context.set("aws:EpochTime", std::to_string(seconds.count()));
  add_context(options.context, simulation.context);
  simulation.resource_account =
      options.resource_account.empty() ? owner_of(options.resource) : options.resource_account;

  policy::PrincipalPolicies& policies = simulation.of_principal;
  policy::ResourcePolicies& on_resource = simulation.of_resource;
  on_resource.of_role = policy::lower_case(options.action).starts_with("sts:assumerole");
  // The largest that any of them may have: that of a role's inline policies.
  policies.identity = load_policies_blocking(options.policies, DocumentKind::kInlineRole);
  if (!options.boundary.empty()) {
    policies.boundary = load_policy_blocking(options.boundary, DocumentKind::kManaged);
  }
  policies.session = load_policies_blocking(options.session_policies, DocumentKind::kSession);
  on_resource.attached =
      load_policies_blocking(options.resource_policies,
                             on_resource.of_role ? DocumentKind::kTrust : DocumentKind::kResource);
  return simulation;
}

json::object json_of(const policy::Explanation& explanation) {
  json::array policies;
  for (const policy::PolicyStep& step : explanation.policies) {
    json::array statements;
    for (const policy::StatementStep& one : step.statements) {
      statements.push_back(json::object{{"number", one.number},
                                        {"sid", one.sid},
                                        {"effect", one.denies ? "Deny" : "Allow"},
                                        {"outcome", policy::outcome_text(one.outcome)},
                                        {"detail", one.detail}});
    }
    policies.push_back(json::object{{"type", policy::type_name(step.type)},
                                    {"name", step.name},
                                    {"arn", step.arn},
                                    {"statements", std::move(statements)}});
  }
  return {{"allowed", explanation.decision.allowed},
          {"message", explanation.message},
          {"policies", std::move(policies)}};
}

void print_text(const IamSimulateOptions& options, const policy::Explanation& explanation) {
  fmt::print("{}: {} on {} by {}\n", explanation.decision.allowed ? "allowed" : "denied",
             options.action, options.resource, options.principal);
  if (!explanation.message.empty()) fmt::print("{}\n", explanation.message);
  if (const AttachedPolicy* by = explanation.decision.policy) {
    fmt::print("by statement {} of {}\n", explanation.decision.statement + 1, by->name);
  }
  for (const policy::PolicyStep& step : explanation.policies) {
    fmt::print("\n{} {}\n", policy::type_name(step.type), step.name);
    for (const policy::StatementStep& one : step.statements) {
      fmt::print("  {:>2} {:<5} {}{}{}\n", one.number, one.denies ? "Deny" : "Allow",
                 one.sid.empty() ? "" : one.sid + ": ", policy::outcome_text(one.outcome),
                 one.detail.empty() ? "" : ": " + one.detail);
    }
  }
}

}  // namespace

int iam_simulate_command(const IamSimulateOptions& options) {
  return reporting([&] {
    const Simulation simulation = simulation_of_blocking(options);
    const policy::Request request{simulation.caller, options.action, options.resource,
                                  simulation.resource_account, simulation.context};
    const policy::Explanation explanation =
        policy::explain(request, simulation.of_principal, simulation.of_resource);
    if (options.json) {
      fmt::print("{}\n", json::serialize(json_of(explanation)));
    } else {
      print_text(options, explanation);
    }
    return explanation.decision.allowed ? 0 : kDenied;
  });
}

}  // namespace bedplate::app
