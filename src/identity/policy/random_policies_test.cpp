// Thousands of random policies and requests: both evaluators must say the same. The seeds are
// fixed, so every run asks the same.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <random>

#include "identity/policy/explanation.hpp"
#include "identity/policy/naive_evaluation_for_test.hpp"

namespace bedplate::identity::policy {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

constexpr int kQuestionsPerSeed = 400;

const Texts kActions{"bedrock:InvokeModel", "bedrock:GetGuardrail", "s3:GetObject", "iam:PassRole"};
const Texts kResources{"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova",
                       "arn:aws:bedrock:eu-west-1:111122223333:guardrail:anna:1:2",
                       "arn:aws:s3:::bucket/anna/blue:x", "arn:aws:iam::111122223333:role/dev",
                       "*"};
const Texts kAccounts{"111122223333", "444455556666"};
const Texts kStringOperators{"StringEquals", "StringNotEquals",           "StringEqualsIgnoreCase",
                             "StringLike",   "StringNotEqualsIgnoreCase", "StringNotLike"};
const Texts kOrders{"Equals",         "NotEquals",   "LessThan",
                    "LessThanEquals", "GreaterThan", "GreaterThanEquals"};
const Texts kArnOperators{"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"};
const Texts kStrings{"anna",
                     "Anna",
                     "blue",
                     "an*",
                     "?nna",
                     "",
                     "${aws:username}",
                     "${aws:PrincipalTag/none}",
                     "${aws:PrincipalTag/none, 'blue'}",
                     "${*}",
                     "*"};
const Texts kNumbers{"1", "2", "2.5", "10", "-3"};
const Texts kDates{"2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "1767225600", "1767225602"};
const Texts kRanges{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "192.0.2.128/25"};
const Texts kAddresses{"10.1.2.3", "10.9.9.9", "192.0.2.1", "192.0.2.200"};
const Texts kArns{"arn:aws:iam::111122223333:role/dev", "arn:aws:iam::111122223333:user/anna",
                  "arn:aws:sns:us-east-1:444455556666:a:b"};

/// Where the resource part of an ARN begins.
std::size_t fifth(const std::string& arn) {
  std::size_t at = 0;
  for (int i = 0; i < 5; ++i) at = arn.find(':', at) + 1;
  return at;
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  bool chance(int percent) { return number(100) < percent; }
  int number(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  const std::string& pick(const Texts& texts) {
    return texts[static_cast<std::size_t>(number(static_cast<int>(texts.size())))];
  }

  /// The text with wildcards for some of it, from `begin` on.
  std::string blur(std::string text, std::size_t begin, int longest = 5) {
    for (int i = number(3); i > 0 && text.size() > begin; --i) {
      const auto at =
          begin + static_cast<std::size_t>(number(static_cast<int>(text.size() - begin)));
      const auto count = static_cast<std::size_t>(number(longest));
      text.replace(at, chance(60) ? count : 1, chance(60) ? "*" : "?");
    }
    return text;
  }

  std::string action() {
    if (chance(10)) return "*";
    const std::string& base = pick(kActions);
    return blur(base, base.find(':') + 1);
  }

  std::string resource() {
    if (chance(20)) return "*";
    std::string base = pick(kResources);
    if (base == "*") base = pick({kResources[0], kResources[2]});
    if (chance(50) && base.starts_with("arn:aws:bedrock:")) {
      std::string blurred = blur(base, sizeof("arn:aws:bedrock:") - 1, 20);
      if (std::count(blurred.begin(), blurred.end(), ':') >= 5) base = blurred;
    }
    if (chance(20)) base += pick({"", "/${aws:username}", "${aws:PrincipalTag/none}", "${*}"});
    if (chance(20)) {
      const std::size_t at = base.find("anna");
      if (at != std::string::npos && base.find('$') > at && at >= fifth(base))
        base.replace(at, 4, "${aws:username}");
      return base;
    }
    if (base.find('$') != std::string::npos) return base;
    // IAM wants to see what kind of thing of its own is meant.
    return blur(base, base.starts_with("arn:aws:iam:") ? base.find('/') + 1 : fifth(base));
  }

  json::value some(auto make) {
    json::array all;
    for (int i = 1 + number(3); i > 0; --i) all.emplace_back(json::string(make()));
    if (all.size() == 1 && chance(50)) return all[0];
    return json::value(std::move(all));
  }

  json::object condition() {
    std::string name;
    std::string key = "test:string";
    json::value values;
    switch (number(7)) {
      case 0:
        name = "Numeric" + pick(kOrders);
        key = "test:Number";
        values = some([&] { return pick(kNumbers); });
        break;
      case 1:
        name = "Date" + pick(kOrders);
        key = "test:Date";
        values = some([&] { return pick(kDates); });
        break;
      case 2:
        name = chance(50) ? "IpAddress" : "NotIpAddress";
        key = "test:Address";
        values = some([&] { return pick(kRanges); });
        break;
      case 3:
        name = pick(kArnOperators);
        key = "test:Arn";
        values = some([&] {
          const std::string& arn = pick(kArns);
          return chance(10) ? std::string("arn:aws:iam::111122223333:user/${aws:username}")
                            : blur(arn, chance(30) ? arn.size() : fifth(arn));
        });
        break;
      case 4:
        if (chance(50)) {
          return {{"Null", json::object{{"test:String", chance(50) ? "true" : "false"}}}};
        }
        name = "Bool";
        key = "test:Bool";
        values = json::value(chance(50) ? "true" : "false");
        break;
      default:
        name = pick(kStringOperators);
        values = some([&] { return pick(kStrings); });
    }
    if (chance(20)) name = (chance(50) ? "ForAnyValue:" : "ForAllValues:") + name;
    if (chance(20)) name += "IfExists";
    return {{name, json::object{{key, values}}}};
  }

  json::value policy(bool principals) {
    json::array statements;
    for (int i = 1 + number(3); i > 0; --i) {
      json::object statement{{"Effect", chance(30) ? "Deny" : "Allow"}};
      statement[chance(15) ? "NotAction" : "Action"] = some([&] { return action(); });
      statement[chance(15) ? "NotResource" : "Resource"] = some([&] { return resource(); });
      if (chance(50)) statement["Condition"] = condition();
      if (principals) {
        statement["Principal"] =
            chance(20) ? json::value("*")
                       : json::value(json::object{{"AWS", some([&] { return principal(); })}});
      }
      statements.push_back(std::move(statement));
    }
    return json::object{{"Version", chance(90) ? "2012-10-17" : "2008-10-17"},
                        {"Statement", std::move(statements)}};
  }

  std::string principal() {
    return pick({"*", "111122223333", "444455556666", "arn:aws:iam::111122223333:user/anna",
                 "arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:role/dev",
                 "arn:aws:sts::111122223333:assumed-role/dev/s1"});
  }

  std::vector<json::value> policies(int at_most, bool principals) {
    std::vector<json::value> all;
    for (int i = number(at_most + 1); i > 0; --i) all.push_back(policy(principals));
    return all;
  }

  naive::Question question() {
    naive::Question question;
    const bool session = chance(40);
    question.account = kAccounts[0];
    question.principal_arn = session ? "arn:aws:sts::111122223333:assumed-role/dev/s1"
                                     : "arn:aws:iam::111122223333:user/anna";
    if (session) question.role_arn = "arn:aws:iam::111122223333:role/dev";
    question.action = pick(kActions);
    question.resource = pick(kResources);
    if (chance(30)) question.resource_account = pick(kAccounts);
    question.identity = policies(3, false);
    if (chance(30)) question.boundary = policy(false);
    if (session && chance(40)) question.session = policies(2, false);
    if (chance(40)) question.resource_policies = policies(1, true);
    fill(question.context, "test:string", {"anna", "Anna", "blue", "green", ""}, 2);
    fill(question.context, "test:number", kNumbers, 2);
    fill(question.context, "test:date", kDates, 1);
    fill(question.context, "test:address", kAddresses, 2);
    fill(question.context, "test:arn", kArns, 2);
    fill(question.context, "test:bool", {"true", "false"}, 1);
    if (!session) question.context["aws:username"] = {"anna"};
    return question;
  }

 private:
  void fill(std::map<std::string, Texts>& context, const std::string& key, const Texts& from,
            int at_most) {
    for (int i = number(at_most + 1); i > 0; --i) context[key].push_back(pick(from));
  }

  std::mt19937 random_;
};

std::vector<AttachedPolicy> attach(const std::vector<json::value>& documents, DocumentKind kind) {
  std::vector<AttachedPolicy> all;
  for (const json::value& one : documents) {
    all.push_back({Policy::parse(json::serialize(one), kind), "p", ""});
  }
  return all;
}

std::string describe(const naive::Question& question) {
  std::string text = fmt::format("{} {} {} of {}\n", question.principal_arn, question.action,
                                 question.resource, question.resource_account);
  const auto add = [&](std::string_view name, const std::vector<json::value>& all) {
    for (const json::value& one : all) text += fmt::format("{}: {}\n", name, json::serialize(one));
  };
  add("identity", question.identity);
  if (question.boundary) add("boundary", {*question.boundary});
  add("session", question.session);
  add("resource", question.resource_policies);
  for (const auto& [key, values] : question.context) {
    text += fmt::format("{} = {}\n", key, fmt::join(values, ", "));
  }
  return text;
}

std::string ours(const naive::Question& question) {
  PrincipalPolicies policies;
  ResourcePolicies resource;
  policies.identity = attach(question.identity, DocumentKind::kAwsManaged);
  policies.session = attach(question.session, DocumentKind::kSession);
  resource.attached = attach(question.resource_policies, DocumentKind::kResource);
  if (question.boundary) {
    policies.boundary = attach({*question.boundary}, DocumentKind::kAwsManaged).front();
  }
  Context context;
  for (const auto& [key, values] : question.context) context.set(key, values);
  const Caller caller = parse_caller(question.principal_arn).value();
  const Request request{caller, question.action, question.resource, question.resource_account,
                        context};
  const Explanation explanation = explain(request, policies, resource);
  const Decision& decision = explanation.decision;
  if (decision.allowed) return "allowed";
  return fmt::format("{}: {}", decision.reason == Reason::kNoAllow ? "none" : "explicit deny",
                     type_name(decision.type));
}

class RandomPolicies : public testing::TestWithParam<unsigned> {};

TEST_P(RandomPolicies, BothEvaluatorsAgree) {
  Generator generator(GetParam());
  std::map<std::string, int> seen;
  for (int i = 0; i < kQuestionsPerSeed; ++i) {
    const naive::Question question = generator.question();
    const std::string expected = naive::decide(question);
    ++seen[expected];
    ASSERT_EQ(ours(question), expected) << describe(question);
  }
  // A generator that only makes one kind of question would show nothing.
  EXPECT_GE(seen.size(), 4U);
  EXPECT_GT(seen["allowed"], kQuestionsPerSeed / 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPolicies, testing::Range(1U, 26U));

}  // namespace
}  // namespace bedplate::identity::policy
