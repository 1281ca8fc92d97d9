#include "operations/authorization/pass_role.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bedplate::operations::authorization {
namespace {

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kJob =
    "arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/abcdefghijkl";

std::shared_ptr<const identity::StoredRole> role(const std::string& trust) {
  identity::iam::RoleRecord record;
  record.account_id = kAccount;
  record.id = "AROAROLE";
  record.name = "batch";
  record.path = "/jobs/";
  record.trust_policy = trust;
  return identity::compile(std::move(record));
}

std::string trust(std::string_view principal, std::string_view condition = "{}",
                  std::string_view effect = "Allow") {
  return fmt::format(R"({{"Effect":"{}","Principal":{},"Action":"sts:AssumeRole","Condition":{}}})",
                     effect, principal, condition);
}

constexpr std::string_view kBedrock = R"({"Service":"bedrock.amazonaws.com"})";

std::string document(const std::string& statements) {
  return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements);
}

/// Whether a role with these statements would be assumed.
bool trusts(const std::string& statements, std::string_view associated_arn = kJob) {
  const ServiceCall call{kBedrockService, kAccount, "us-east-1", associated_arn,
                         *parse_iso8601_s("2026-11-20T12:00:00Z")};
  return trusts_service(*role(document(statements)), call);
}

TEST(PassRole, TheServiceMustBeTrusted) {
  EXPECT_TRUE(trusts(trust(kBedrock)));
  EXPECT_TRUE(trusts(trust(R"({"Service":["lambda.amazonaws.com","bedrock.amazonaws.com"]})")));
  EXPECT_FALSE(trusts(trust(R"({"Service":"lambda.amazonaws.com"})")));
  EXPECT_FALSE(trusts(trust(R"({"AWS":"111122223333"})")));
  EXPECT_FALSE(trusts(trust(kBedrock) + "," + trust(R"({"AWS":"*"})", "{}", "Deny")));
}

// The condition keys of the user guide's trust policies ("Create a service role for batch
// inference").
TEST(PassRole, TheServiceSaysForWhomAndForWhat) {
  const auto with = [](std::string_view key, std::string_view operation, std::string_view value) {
    return trust(kBedrock, fmt::format(R"({{"{}":{{"{}":"{}"}}}})", operation, key, value));
  };
  EXPECT_TRUE(trusts(with("aws:SourceAccount", "StringEquals", kAccount)));
  EXPECT_FALSE(trusts(with("aws:SourceAccount", "StringEquals", "444455556666")));
  const std::string jobs = "arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/*";
  EXPECT_TRUE(trusts(with("aws:SourceArn", "ArnEquals", jobs)));
  EXPECT_TRUE(trusts(with("aws:SourceArn", "ArnEquals", jobs), jobs)) << "not made yet";
  EXPECT_FALSE(trusts(with("aws:SourceArn", "ArnEquals", jobs), ""));
  EXPECT_FALSE(
      trusts(with("aws:SourceArn", "ArnEquals", "arn:aws:bedrock:us-east-1:111122223333:agent/*")));
  EXPECT_TRUE(trusts(with("aws:PrincipalIsAWSService", "Bool", "true")));
  EXPECT_TRUE(trusts(with("aws:PrincipalServiceName", "StringEquals", kBedrockService)));
  EXPECT_FALSE(trusts(with("aws:PrincipalArn", "StringLike", "*")));
}

TEST(PassRole, ADocumentThatCannotBeReadTrustsNobody) {
  const ServiceCall call{kBedrockService, kAccount, "us-east-1", kJob, Timestamp{}};
  EXPECT_FALSE(trusts_service(*role("{"), call));
}

TEST(PassRole, RolesAreFoundByTheirWholeArn) {
  identity::AccountRows rows;
  rows.account.id = kAccount;
  rows.roles.emplace("batch", role(document(trust(kBedrock))));
  const identity::Account account(std::move(rows));
  EXPECT_NE(find_role(&account, "arn:aws:iam::111122223333:role/jobs/batch"), nullptr);
  EXPECT_EQ(find_role(&account, "arn:aws:iam::111122223333:role/batch"), nullptr);
  EXPECT_EQ(find_role(&account, "arn:aws:iam::444455556666:role/jobs/batch"), nullptr);
  EXPECT_EQ(find_role(&account, "batch"), nullptr) << "a name is no ARN";
  EXPECT_EQ(find_role(nullptr, "arn:aws:iam::111122223333:role/jobs/batch"), nullptr);
}

}  // namespace
}  // namespace bedplate::operations::authorization
