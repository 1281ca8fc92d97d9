// What is refused, in which words, and that no document can hurt. The texts for managed and inline
// policies are those that AWS gave to others' test suites; see docs/policies.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

#include "identity/policy/aws_managed_policies.hpp"
#include "identity/policy/evaluation.hpp"

namespace bedplate::identity::policy {
namespace {

constexpr std::string_view kAccepted = "";
constexpr std::string_view kSyntax = "Syntax errors in policy.";
constexpr std::string_view kLegacy = "The policy failed legacy parsing";
constexpr std::string_view kVersion = "Policy document must be version 2012-10-17 or greater.";

/// IAM's text, or kAccepted.
std::string refusal(std::string_view document, DocumentKind kind = DocumentKind::kManaged) {
  try {
    Policy::parse(document, kind);
    return std::string(kAccepted);
  } catch (const PolicyError& error) {
    return error.what();
  }
}

/// A document with one statement.
std::string with(std::string_view members) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":{{{}}}}})", members);
}

std::string with_resource(std::string_view resource) {
  return with(fmt::format(R"("Effect":"Allow","Action":"s3:GetObject","Resource":{})", resource));
}

std::string with_action(std::string_view action) {
  return with(fmt::format(R"("Effect":"Allow","Action":{},"Resource":"*")", action));
}

std::string with_condition(std::string_view condition) {
  return with(fmt::format(R"("Effect":"Allow","Action":"s3:GetObject","Resource":"*",
                             "Condition":{})",
                          condition));
}

struct Row {
  std::string document;
  std::string_view text;
};

void expect(const std::vector<Row>& rows, DocumentKind kind = DocumentKind::kManaged) {
  for (const Row& row : rows) EXPECT_EQ(refusal(row.document, kind), row.text) << row.document;
}

TEST(PolicyDocuments, Structure) {
  const std::string good = R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"*"})";
  expect({
      {"", kSyntax},
      {"This is no JSON", kSyntax},
      {"[]", kSyntax},
      {"null", kSyntax},
      {R"({"Version":"2012-10-17"})", kSyntax},
      {R"({"Version":"2012-10-17","Statement":[]})", kSyntax},
      {R"({"Version":"2012-10-17","Statement":["x"]})", kSyntax},
      {R"({"Version":"2012-10-17","Statement":)" + good + "}", kAccepted},
      {R"({"Statement":[)" + good + R"(],"Id":"x","Version":"2012-10-17"})", kAccepted},
      {R"({"Version":"2012-10-17","Id":[],"Statement":)" + good + "}", kSyntax},
      {R"({"Version":"2012-10-17","Id":{},"Statement":)" + good + "}", kSyntax},
      {R"({"Version":"2012-10-17","Extra":1,"Statement":)" + good + "}", kSyntax},
      {R"({"version":"2012-10-17","Statement":)" + good + "}", kSyntax},
      {R"({"Statement":)" + good + "}", kVersion},
      {R"({"Version":"2008-10-17","Statement":)" + good + "}", kVersion},
      {R"({"Version":"2013-10-17","Statement":)" + good + "}", kSyntax},
      {R"({"Version":20121017,"Statement":)" + good + "}", kSyntax},
      {R"({"Version":"2012-10-17","Version":"2012-10-17","Statement":)" + good + "}", kSyntax},
      {R"({"Version":"2012-10-17","Statement":)" + good + "} x", kSyntax},
      {R"({"Version":"2012-10-17",/*no*/"Statement":)" + good + "}", kSyntax},
      {R"({"Version":"2012-10-17","Statement":)" + good + ",}", kSyntax},
  });
}

TEST(PolicyDocuments, Statements) {
  const std::string no_resources = "Policy statement must contain resources.";
  const std::string no_actions = "Policy statement must contain actions.";
  expect({
      {with(R"("Effect":"Allow","Action":"s3:A","Resource":"*","Extra":1)"), kSyntax},
      {with(R"("Action":"s3:A","Resource":"*")"), kSyntax},
      {with(R"("Effect":"invalid","Action":"s3:A","Resource":"*")"), kSyntax},
      {with(R"("Effect":["Allow"],"Action":"s3:A","Resource":"*")"), kSyntax},
      {with(R"("Effect":"denY","Action":"s3:A","Resource":"*")"), kLegacy},
      {with(R"("Effect":"Allow","Effect":"Deny","Action":"s3:A","Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Action":"s3:A")"), no_resources},
      {with(R"("Effect":"Allow","Action":"s3:A","Resource":[])"), no_resources},
      {with(R"("Effect":"Allow","Action":"invalid")"), no_resources},
      {with(R"("Effect":"Allow","Resource":"*")"), no_actions},
      {with(R"("Effect":"Allow")"), no_actions},
      {with(R"("Effect":"Allow","Action":[],"Resource":"*")"), no_actions},
      {with(R"("Effect":"Allow","Action":{},"Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Action":[[]],"Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Action":[1],"Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Action":"s3:A","NotAction":"s3:B","Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Action":"s3:A","Resource":"*","NotResource":[])"), kSyntax},
      {with(R"("Sid":{},"Effect":"Allow","Action":"s3:A","Resource":"*")"), kSyntax},
      {with(R"("Effect":"Allow","Principal":"*","Action":"s3:A","Resource":"*")"),
       "Policy document should not specify a principal."},
      {with(R"("Sid":"a b","Effect":"Allow","Action":"s3:A","Resource":"*")"),
       "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
       "expression [0-9A-Za-z]*"},
      {R"({"Version":"2012-10-17","Statement":[
           {"Sid":"a","Effect":"Allow","Action":"s3:A","Resource":"*"},
           {"Sid":"a","Effect":"Allow"}]})",
       "Statement IDs (SID) in a single policy must be unique."},
  });
}

TEST(PolicyDocuments, Actions) {
  const std::string no_vendor =
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  expect({
      {with_action(R"("invalid")"), no_vendor},
      {with_action(R"("")"), no_vendor},
      {with_action(R"("a a:GetObject")"), "Vendor a a is not valid"},
      {with_action(R"("s3:Get:Object")"), "Actions/Condition can contain only one colon."},
      {with_action(R"(["s3:A","s:3:B"])"), "Actions/Condition can contain only one colon."},
      {with_action(R"("bedrock:${aws:username}")"),
       "Actions/Condition can contain only one colon."},
      {with_action(R"("iam: asdf safdsf af ")"), kAccepted},
      {with_action(R"("s3-s.x:GetObject")"), kAccepted},
      {with_action(R"("*")"), kAccepted},
  });
}

TEST(PolicyDocuments, Resources) {
  const std::string no_vendor =
      "Resource vendor must be fully qualified and cannot contain regexes.";
  expect({
      {with_resource(R"("invalid resource")"),
       R"(Resource invalid resource must be in ARN format or "*".)"},
      {with_resource(R"([""])"), R"(Resource  must be in ARN format or "*".)"},
      {with_resource(R"("a:b")"), R"(Partition "b" is not valid for resource "arn:b:*:*:*:*".)"},
      {with_resource(R"("a:b:c")"), R"(Partition "b" is not valid for resource "arn:b:c:*:*:*".)"},
      {with_resource(R"("a:b:c:d:e:f:g:h")"),
       R"(Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".)"},
      {with_resource(R"("aws:s3:::bucket")"),
       R"(Partition "s3" is not valid for resource "arn:s3:::bucket:*".)"},
      {with_resource(R"("arn:aws")"), no_vendor},
      {with_resource(R"("arn:aws:b*:::x")"), no_vendor},
      {with_resource(R"("arn:aws:s3::bucket")"), kLegacy},
      {with_resource(R"("arn:aws::fdsasf")"), kLegacy},
      {with_resource(R"("arn:aws::::bucket")"), kLegacy},
      {with_resource(R"("arn:aws:fdsasf")"), kAccepted},
      {with_resource(R"("arn:aws:iam:us-east-1::x")"),
       "IAM resource arn:aws:iam:us-east-1::x cannot contain region information."},
      {with_resource(R"("arn:aws:s3:us-east-1::x")"),
       "Resource arn:aws:s3:us-east-1::x can not contain region information."},
      {with_resource(R"("arn:aws:iam:::x")"),
       "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, "
       "group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
       "oidc-provider/, report/, access-report/."},
      {with_resource(R"("arn:aws:iam::*:user/${aws:username}")"), kAccepted},
      {with_resource(R"({"a":"arn:aws:s3:::x"})"), kSyntax},
      {with_resource(R"("arn:aws:sqs:${aws:PrincipalTag/region}:1:x")"),
       "Resource arn:aws:sqs:${aws:PrincipalTag/region}:1:x has a policy variable before the "
       "resource part of its ARN."},
      {with_resource(R"("arn:aws:sqs:a?????????????????:1:x")"),
       "Resource arn:aws:sqs:a?????????????????:1:x has more than 16 wildcards within the parts of "
       "its ARN."},
  });
}

TEST(PolicyDocuments, Conditions) {
  expect({
      {with_condition("[]"), kSyntax},
      {with_condition(R"("a")"), kSyntax},
      {with_condition(R"({"a":"b"})"), kSyntax},
      {with_condition(R"({"DateGreaterThan":[]})"), kSyntax},
      {with_condition(R"({"DateGreaterThan":{"a":{}}})"), kSyntax},
      {with_condition(R"({"StringEquals":{"a":null}})"), kSyntax},
      {with_condition(R"({"StringEquals":{"a":[["b"]]}})"), kSyntax},
      {with_condition(R"({"x":{"a":"1"}})"), kSyntax},
      {with_condition(R"({"stringequals":{"a":"1"}})"), kSyntax},
      {with_condition(R"({"ForAnyValue::StringEquals":{"a":"1"}})"), kSyntax},
      {with_condition(R"({"NullIfExists":{"a":"true"}})"), kSyntax},
      {with_condition(R"({"ForAnyValue:Null":{"a":"true"}})"), kSyntax},
      {with_condition(R"({"StringEquals":{"a":"1","a":"2"}})"), kSyntax},
      {with_condition(R"({"StringEquals":{"a":"1"},"StringEquals":{"b":"2"}})"), kSyntax},
      {with_condition(R"({"StringEquals":{"a":"1","\u0061":"2"}})"), kSyntax},
      {with_condition(R"({"x":{},"y":{}})"), kAccepted},
      {with_condition(R"({"DateGreaterThan":{"a":[]}})"), kAccepted},
      {with_condition(R"({"ForAnyValue:StringEqualsIfExists":{"a":"1"}})"), kAccepted},
      {with_condition(R"({"StringEquals":{"a":[1,true,"x"]}})"), kAccepted},
      {with_condition(R"({"Bool":{"a":"${aws:SecureTransport}"}})"), kAccepted},
      {with_condition(R"({"Bool":{"a":"maybe"}})"), kLegacy},
      {with_condition(R"({"NumericEquals":{"a":"ten"}})"), kLegacy},
      {with_condition(R"({"NumericEquals":{"a":"inf"}})"), kLegacy},
      {with_condition(R"({"NumericEquals":{"a":"0x10"}})"), kLegacy},
      {with_condition(R"({"BinaryEquals":{"a":"???"}})"), kLegacy},
      {with_condition(R"({"IpAddress":{"a":"10.0.0.0/33"}})"), kLegacy},
      {with_condition(R"({"IpAddress":{"a":"10.0.0"}})"), kLegacy},
      {with_condition(R"({"IpAddress":{"a":"10.0.0.0/-1"}})"), kLegacy},
      {with_condition(R"({"ArnLike":{"a":"role/x"}})"), kLegacy},
      {with_condition(R"({"Null":{"a":"yes"}})"), kLegacy},
  });
}

TEST(PolicyDocuments, Dates) {
  const auto refused = [](std::string_view date) {
    return refusal(with_condition(fmt::format(R"({{"DateLessThan":{{"a":"{}"}}}})", date)));
  };
  for (const char* date : {"01T", "2019-07-01T13:20:15Z", "2016-12-13T21:20:37.593194+00:00",
                           "2016-12-13t2:00:00.593194+23", "-292275054", "2016", "2016-02-29",
                           "2016-12-13T10:00-05:00", "9223372036854775807"}) {
    EXPECT_EQ(refused(date), kAccepted) << date;
  }
  for (const char* date : {"sdfdsf", "", "234-13", "2016-12-13t2:00:00.593194+1",
                           "2016-12-13t2:00:00.1999999999+10:59", "9223372036854775808",
                           "2015-02-29", "2016-12-32", "2016-12-13T24:00:00Z", "2016-12-13T1:60",
                           "292278994-01-01", "2016-12-13 10:00", "T10:00"}) {
    EXPECT_EQ(refused(date), kLegacy) << date;
  }
}

TEST(PolicyDocuments, TrustPolicies) {
  const auto trust = [](std::string_view members) {
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{{{}}}]}})", members);
  };
  const std::string rest = R"(,"Action":"sts:AssumeRole")";
  const std::string not_sts = "AssumeRole policy may only specify STS AssumeRole actions.";
  const std::string anyone = R"("Effect":"Allow","Principal":{"AWS":"*"})";
  const auto principal = [&](std::string_view value) {
    return trust(fmt::format(R"("Effect":"Allow","Principal":{})", value) + rest);
  };
  expect(
      {
          {"x", "This policy contains invalid Json"},
          {R"({"Version":"x","Statement":[]})", "The policy must contain a valid version string"},
          {R"({"Version":"2012-10-17","Statement":[]})",
           "Could not parse the policy: Statement is empty!"},
          {trust(anyone + rest), kAccepted},
          {R"({"Version":"2008-10-17","Statement":{)" + anyone + rest + "}}", kAccepted},
          {trust(R"("Principal":{"AWS":"*"})" + rest), "Missing required field Effect"},
          {trust(R"("Effect":"allow","Principal":{"AWS":"*"})" + rest), "Invalid effect: allow"},
          {trust(R"("Effect":"Allow")" + rest), "Missing required field Principal"},
          {principal("{}"), "Missing required field Principal cannot be empty!"},
          {principal(R"("*")"), "Principal must be a JSON object."},
          {principal(R"({"Group":"x"})"), R"(Invalid principal in policy: "Group")"},
          {principal(R"({"AWS":"anna"})"), R"(Invalid principal in policy: "AWS":"anna")"},
          {principal(R"({"AWS":"arn:aws:iam::111122223333:user/*"})"),
           R"(Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*")"},
          {principal(R"({"AWS":"arn:aws:iam::111122223333:group/g"})"),
           R"(Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/g")"},
          {principal(R"({"Service":"*"})"), R"(Invalid principal in policy: "Service":"*")"},
          {principal(R"({"AWS":["111122223333","AROAEXAMPLEEXAMPLE01"],
                         "Service":"ec2.amazonaws.com","Federated":"accounts.google.com"})"),
           kAccepted},
          {trust(R"("Effect":"Allow","NotPrincipal":{"AWS":"111122223333"})" + rest),
           "Allow with NotPrincipal is not allowed."},
          {trust(R"("Effect":"Deny","NotPrincipal":{"AWS":"111122223333"})" + rest), kAccepted},
          {trust(anyone), "Missing required field Action"},
          {trust(anyone + R"(,"Action":"*")"), not_sts},
          {trust(anyone + R"(,"Action":"sts:*")"), not_sts},
          {trust(anyone + R"(,"Action":["sts:AssumeRole","s3:GetObject"])"), not_sts},
          {trust(anyone + rest + R"(,"Resource":"*")"), "Has prohibited field Resource"},
          {trust(anyone + rest + R"(,"NotResource":"*")"),
           "AssumeRole policy must not contain resources."},
          {R"({"Version":"2012-10-17","Statement":[{"Sid":"a",)" + anyone + rest +
               R"(},{"Sid":"a",)" + anyone + rest + "}]}",
           "The Statement Ids in the policy are not unique"},
      },
      DocumentKind::kTrust);
}

TEST(PolicyDocuments, SizesCountNoWhiteSpace) {
  const struct {
    DocumentKind kind;
    std::size_t limit;
    std::string_view text;
  } kinds[] = {
      {DocumentKind::kManaged, 6144, "Cannot exceed quota for PolicySize: 6144"},
      {DocumentKind::kInlineUser, 2048, "Maximum policy size of 2048 bytes exceeded for user"},
      {DocumentKind::kInlineRole, 10240, "Maximum policy size of 10240 bytes exceeded for role"},
      {DocumentKind::kInlineGroup, 5120, "Maximum policy size of 5120 bytes exceeded for group"},
  };
  for (const auto& [kind, limit, text] : kinds) {
    const std::size_t bare = with_resource(R"("arn:aws:s3:::")").size();
    const std::string fits = "arn:aws:s3:::" + std::string(limit - bare, 'x');
    EXPECT_EQ(refusal(with_resource('"' + fits + '"') + std::string(9000, ' '), kind), kAccepted);
    EXPECT_EQ(refusal(with_resource('"' + fits + "x\""), kind), text);
  }
  EXPECT_EQ(std::string(too_large(DocumentKind::kInlineUser, "anna").what()),
            "Maximum policy size of 2048 bytes exceeded for user anna");
  EXPECT_EQ(too_large(DocumentKind::kTrust, "").code, "LimitExceeded");
  EXPECT_EQ(size_characters("{ \"ä\"\t:\r\n1 }"), 7U);
}

TEST(PolicyDocuments, HostileBytesAreRefused) {
  EXPECT_EQ(refusal(with_resource("\"arn:aws:s3:::\xC3\x28\"")), kSyntax);
  EXPECT_EQ(refusal(with_resource("\"arn:aws:s3:::\xED\xA0\x80\"")), kSyntax);
  EXPECT_EQ(refusal(with_resource(std::string("\"arn:aws:s3:::a\0b\"", 18))), kSyntax);
  EXPECT_EQ(refusal(with_resource(R"("arn:aws:s3:::a\u0000b")")), kSyntax);
  EXPECT_EQ(refusal(with_condition(R"({"StringEquals":{"a\u0000b":"1"}})")), kSyntax);
  EXPECT_EQ(refusal(std::string(1, '\0')), kSyntax);
  EXPECT_EQ(refusal(std::string(100000, '[')), "Cannot exceed quota for PolicySize: 6144");
  EXPECT_EQ(refusal(std::string(6000, '[')), kSyntax);
  std::string deep;
  for (int i = 0; i < 800; ++i) deep += R"({"a":)";
  EXPECT_EQ(refusal(deep), kSyntax);
  EXPECT_THROW(Policy::parse(std::string(200000, ' '), DocumentKind::kManaged), PolicyError);
}

/// Decides once with a document of one statement; how long does not matter, that it ends does.
bool allows(const std::string& resource_pattern, const std::string& resource) {
  Caller caller = parse_caller("arn:aws:iam::111122223333:user/anna").value();
  const Context context;
  PrincipalPolicies policies;
  policies.identity.push_back(
      {Policy::parse(with_resource('"' + resource_pattern + '"'), DocumentKind::kAwsManaged),
       "bomb", ""});
  return evaluate({caller, "s3:GetObject", resource, "", context}, policies).allowed;
}

TEST(PolicyDocuments, WildcardBombsEnd) {
  const std::string resource = "arn:aws:s3:::" + std::string(2000, 'a');
  std::string stars = "arn:aws:s3:::";
  std::string pairs = stars;
  for (int i = 0; i < 900; ++i) {
    stars += "*a";
    pairs += "*?a";
  }
  EXPECT_TRUE(allows(stars, resource));
  EXPECT_FALSE(allows(stars + "*b", resource));
  EXPECT_TRUE(allows(pairs, resource));
  EXPECT_FALSE(allows(pairs + "b*b", resource));
  EXPECT_TRUE(allows("arn:aws:s3:::" + std::string(3000, '*'), resource));
  EXPECT_FALSE(allows("arn:aws:sqs:a*a*a*a*a*a*a*a*a*a*a*a*a*a*b:1:x",
                      "arn:aws:sqs:" + std::string(2000, 'a') + ":1:x"));
}

TEST(PolicyDocuments, VersionDecidesVariables) {
  const std::string document = R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*",)"
                               R"("Resource":"arn:aws:s3:::${x}"}})";
  const auto policy = Policy::parse(document, DocumentKind::kResource);
  ASSERT_EQ(policy->statements().size(), 1U);
  EXPECT_TRUE(policy->statements()[0].resources[0].is_literal());
}

TEST(AwsManagedPolicies, AreReadAndFound) {
  EXPECT_EQ(aws_managed_policies().size(), 5U);
  for (const AwsManagedPolicy& policy : aws_managed_policies()) {
    EXPECT_EQ(find_aws_managed_policy(policy.arn), &policy);
    EXPECT_EQ(policy.arn, "arn:aws:iam::aws:policy/" + policy.name);
    EXPECT_TRUE(policy.version_id.starts_with("v"));
    EXPECT_FALSE(policy.policy->statements().empty());
  }
  EXPECT_EQ(find_aws_managed_policy("arn:aws:iam::aws:policy/Nothing"), nullptr);
}

TEST(DenialMessages, ReadAsAwsDoes) {
  const Caller caller = parse_caller("arn:aws:iam::111122223333:user/anna").value();
  const Context context;
  const Request invoke{caller, "bedrock:InvokeModel",
                       "arn:aws:bedrock:us-east-1::foundation-model/m", "", context};
  const std::string begin =
      "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: bedrock:InvokeModel "
      "on resource: arn:aws:bedrock:us-east-1::foundation-model/m ";
  const auto lacks = [&](PolicyType type) {
    return denial_message(invoke, {false, Reason::kNoAllow, type, nullptr, -1});
  };
  const std::string end = " allows the bedrock:InvokeModel action";
  EXPECT_EQ(lacks(PolicyType::kIdentity), begin + "because no identity-based policy" + end);
  EXPECT_EQ(lacks(PolicyType::kBoundary), begin + "because no permissions boundary" + end);
  EXPECT_EQ(lacks(PolicyType::kSession), begin + "because no session policy" + end);
  EXPECT_EQ(lacks(PolicyType::kResource), begin + "because no resource-based policy" + end);
  EXPECT_EQ(lacks(PolicyType::kTrust), begin + "because no role trust policy" + end);

  const AttachedPolicy managed{nullptr, "X", "arn:aws:iam::111122223333:policy/X"};
  const AttachedPolicy in_line{nullptr, "y", ""};
  const auto denies = [&](PolicyType type, const AttachedPolicy& policy) {
    return denial_message(invoke, {false, Reason::kExplicitDeny, type, &policy, 0});
  };
  const std::string deny = begin + "with an explicit deny in ";
  EXPECT_EQ(denies(PolicyType::kIdentity, managed),
            deny + "an identity-based policy: arn:aws:iam::111122223333:policy/X");
  EXPECT_EQ(denies(PolicyType::kBoundary, managed),
            deny + "a permissions boundary: arn:aws:iam::111122223333:policy/X");
  EXPECT_EQ(denies(PolicyType::kIdentity, in_line), deny + "an identity-based policy");
  EXPECT_EQ(denies(PolicyType::kSession, in_line), deny + "a session policy");
  EXPECT_EQ(denies(PolicyType::kResource, in_line), deny + "a resource-based policy");
  EXPECT_EQ(denies(PolicyType::kTrust, in_line), deny + "the role trust policy");

  const Request list{caller, "bedrock:ListFoundationModels", "*", "", context};
  EXPECT_EQ(denial_message(list, {}),
            "User: arn:aws:iam::111122223333:user/anna is not authorized to perform: "
            "bedrock:ListFoundationModels because no identity-based policy allows the "
            "bedrock:ListFoundationModels action");
}

}  // namespace
}  // namespace bedplate::identity::policy
