#include "identity/session_token.hpp"

#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

SessionClaims role() {
  SessionClaims claims;
  claims.type = SessionClaims::Type::kRole;
  claims.account_id = "123456789012";
  claims.arn = "arn:aws:sts::123456789012:assumed-role/Reader/lab";
  claims.user_name = "lab";
  claims.entity_id = "AROAREADER";
  claims.issued = *parse_amz_date(kTestNow);
  claims.expires = *parse_amz_date(kTestNow) + std::chrono::hours(1);
  return claims;
}

TEST(SessionToken, CarriesWhoItIsAndTheKey) {
  const SessionSealer sealer(std::string(32, 'k'));
  const SessionCredentials minted = sealer.mint(role());
  EXPECT_TRUE(minted.access_key_id.starts_with("ASIA"));
  EXPECT_EQ(minted.access_key_id.size(), 20u);
  EXPECT_EQ(minted.secret.size(), 40u);
  EXPECT_EQ(minted.secret, sealer.secret_of(minted.access_key_id));
  EXPECT_EQ(minted.expires, role().expires);
  const auto claims = sealer.open(minted.session_token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->type, SessionClaims::Type::kRole);
  EXPECT_EQ(claims->access_key_id, minted.access_key_id);
  EXPECT_EQ(claims->account_id, role().account_id);
  EXPECT_EQ(claims->arn, role().arn);
  EXPECT_EQ(claims->user_name, "lab");
  EXPECT_EQ(claims->entity_id, "AROAREADER");
  EXPECT_EQ(claims->issued, role().issued);
  EXPECT_EQ(claims->expires, role().expires);
}

TEST(SessionToken, CarriesWhatTheSessionWasGiven) {
  const SessionSealer sealer(std::string(32, 'k'));
  SessionClaims given = role();
  given.source_identity = "ann";
  given.tags = {{"team",
                 "l\xC3\xA4"
                 "b"},
                {"empty", ""}};
  given.transitive_tag_keys = {"team"};
  given.policy = R"({"Version":"2012-10-17"})";
  given.policy_arns = {"arn:aws:iam::aws:policy/AmazonBedrockReadOnly"};
  const auto claims = sealer.open(sealer.mint(given).session_token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->source_identity, "ann");
  EXPECT_EQ(claims->tags, given.tags);
  EXPECT_EQ(claims->transitive_tag_keys, given.transitive_tag_keys);
  EXPECT_EQ(claims->policy, given.policy);
  EXPECT_EQ(claims->policy_arns, given.policy_arns);
}

TEST(SessionToken, TheLargestPackFitsIntoAHeader) {
  const SessionSealer sealer(std::string(32, 'k'));
  SessionClaims claims = role();
  while (SessionSealer::packed_bytes(claims) < SessionSealer::kPackedBytesMax) {
    claims.tags.emplace_back(hex_encode(random_bytes(32)), hex_encode(random_bytes(64)));
  }
  claims.tags.pop_back();
  const std::string token = sealer.mint(claims).session_token;
  EXPECT_LT(token.size(), 8'192u);
  EXPECT_TRUE(sealer.open(token));
}

TEST(SessionToken, DoesNotOpenWhenAnyByteChanged) {
  const SessionSealer sealer(std::string(32, 'k'));
  const std::string token = sealer.mint(role()).session_token;
  const std::string bytes = *base64_decode(token);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer.open(base64_encode(changed))) << i;
  }
  EXPECT_FALSE(SessionSealer(std::string(32, 'x')).open(token)) << "another server's key";
}

TEST(SessionToken, DoesNotOpenWhatIsNoToken) {
  const SessionSealer sealer(std::string(32, 'k'));
  for (const std::string& text :
       {std::string(), std::string("AQ=="), std::string("not base64"), base64_encode("\x02"),
        base64_encode(std::string(33, '\x02')), std::string(100'000, 'A')}) {
    EXPECT_FALSE(sealer.open(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace bedplate::identity
