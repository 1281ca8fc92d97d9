// `bedplate_policy_decisions`: what a decision about a request costs, for a principal with 20
// policies of 20 statements. Prints one JSON object: microseconds of processor time a decision, the
// median and the largest of many rounds, for each kind of policies.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "identity/policy/evaluation.hpp"

namespace bedplate::bench {
namespace {

namespace json = boost::json;
using namespace identity::policy;

constexpr int kPolicies = 20;
constexpr int kStatements = 20;
constexpr int kDecisionsPerRound = 200;
constexpr std::string_view kModel =
    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0";

using MakeStatement = json::object (*)(int policy, int statement);

bool is_last(int policy, int statement) {
  return policy == kPolicies - 1 && statement == kStatements - 1;
}

json::object last_statement() {
  return {{"Effect", "Allow"},
          {"Action", "bedrock:InvokeModel"},
          {"Resource", "arn:aws:bedrock:*::foundation-model/anthropic.*"}};
}

/// As people write them: several services, names and wildcards, some conditions, some Deny.
json::object usual(int policy, int statement) {
  if (is_last(policy, statement)) return last_statement();
  static constexpr const char* kServices[] = {"bedrock", "s3", "ec2", "iam"};
  const std::string service = kServices[statement % 4];
  json::object made{
      {"Effect", statement % 5 == 4 ? "Deny" : "Allow"},
      {"Action",
       {service + ":Get*", service + ":List*", service + ":InvokeAgent",
        fmt::format("{}:Do{}{}", service, policy, statement)}},
      {"Resource",
       {fmt::format("arn:aws:{}:*:111122223333:thing/{}-*",
                    service == "iam" || service == "s3" ? "bedrock" : service, policy),
        fmt::format("arn:aws:bedrock:*:*:guardrail/g{}", statement)}}};
  if (statement % 3 == 0) {
    made["Condition"] = {{"StringEquals", {{"aws:PrincipalTag/team", {"blue", "green"}}}}};
  }
  return made;
}

/// Each statement names the action by a wildcard and another model by its resource.
json::object same_action(int policy, int statement) {
  if (is_last(policy, statement)) return last_statement();
  return {{"Effect", statement % 5 == 4 ? "Deny" : "Allow"},
          {"Action", {"bedrock:Invoke*", "bedrock:Converse*"}},
          {"Resource",
           {fmt::format("arn:aws:bedrock:*::foundation-model/meta.llama{}-*", policy),
            fmt::format("arn:aws:bedrock:*::foundation-model/*-v{}:9", statement)}}};
}

/// Each statement matches but for its condition, which needs a policy variable.
json::object all_but_condition(int policy, int statement) {
  if (is_last(policy, statement)) return last_statement();
  return {{"Effect", statement % 5 == 4 ? "Deny" : "Allow"},
          {"Action", "bedrock:Invoke*"},
          {"Resource", "arn:aws:bedrock:*::foundation-model/*claude*"},
          {"Condition",
           {{"StringLike",
             {{"aws:PrincipalTag/team", fmt::format("${{aws:username}}-{}-*", policy)}}}}}};
}

PrincipalPolicies make_policies(MakeStatement make) {
  PrincipalPolicies applied;
  for (int policy = 0; policy < kPolicies; ++policy) {
    json::array statements;
    for (int statement = 0; statement < kStatements; ++statement) {
      statements.push_back(make(policy, statement));
    }
    const json::object document{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}};
    applied.identity.push_back({Policy::parse(json::serialize(document), DocumentKind::kAwsManaged),
                                fmt::format("p{}", policy), ""});
  }
  return applied;
}

Context make_context(const Caller& caller) {
  Context context;
  caller.describe(context);
  context.set("aws:SourceIp", "10.1.2.3");
  context.set("aws:SecureTransport", "true");
  context.set("aws:CurrentTime", "2026-01-02T03:04:05Z");
  context.set("aws:EpochTime", "1767323045");
  context.set("aws:UserAgent", "Boto3/1.35 md/Botocore#1.35");
  context.set("aws:RequestedRegion", "us-east-1");
  return context;
}

double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

json::object measure(MakeStatement make, int rounds) {
  const double before = processor_us();
  const PrincipalPolicies policies = make_policies(make);
  const double compiled_us = processor_us() - before;
  Caller caller = parse_caller("arn:aws:iam::111122223333:user/anna").value();
  caller.tags = {{"team", "red"}, {"stage", "test"}};
  const Context context = make_context(caller);
  const Request request{caller, "bedrock:InvokeModel", kModel, "", context};
  std::vector<double> each_us;
  for (int round = 0; round < rounds; ++round) {
    const double begin = processor_us();
    for (int i = 0; i < kDecisionsPerRound; ++i) {
      if (!evaluate(request, policies).allowed) throw std::runtime_error("must be allowed");
    }
    each_us.push_back((processor_us() - begin) / kDecisionsPerRound);
  }
  std::sort(each_us.begin(), each_us.end());
  return {{"median_us", each_us[each_us.size() / 2]},
          {"largest_us", each_us.back()},
          {"compile_each_us", compiled_us / kPolicies}};
}

}  // namespace
}  // namespace bedplate::bench

int main(int argc, char** argv) {
  using namespace bedplate::bench;
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 200;
  if (rounds < 1) {
    std::cerr << "usage: bedplate_policy_decisions [ROUNDS]\n";
    return 2;
  }
  const boost::json::object report{{"usual", measure(usual, rounds)},
                                   {"same action", measure(same_action, rounds)},
                                   {"all but the condition", measure(all_but_condition, rounds)}};
  std::cout << boost::json::serialize(report) << "\n";
  return 0;
}
