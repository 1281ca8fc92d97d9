#include "identity/session_token.hpp"

#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

Principal role() {
  Principal principal;
  principal.account_id = "123456789012";
  principal.arn = "arn:aws:sts::123456789012:assumed-role/Reader/lab";
  principal.user_name = "lab";
  return principal;
}

TEST(SessionToken, CarriesThePrincipalAndTheKey) {
  const SessionSealer sealer(std::string(32, 'k'));
  const Timestamp expires = *parse_amz_date(kTestNow) + std::chrono::hours(1);
  const SessionCredentials minted = sealer.mint(role(), expires);
  EXPECT_TRUE(minted.access_key_id.starts_with("ASIA"));
  EXPECT_EQ(minted.access_key_id.size(), 20u);
  EXPECT_EQ(minted.secret.size(), 40u);
  EXPECT_EQ(minted.secret, sealer.secret_of(minted.access_key_id));
  const auto claims = sealer.open(minted.session_token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->access_key_id, minted.access_key_id);
  EXPECT_EQ(claims->account_id, role().account_id);
  EXPECT_EQ(claims->arn, role().arn);
  EXPECT_EQ(claims->user_name, "lab");
  EXPECT_EQ(claims->expires, expires);
}

TEST(SessionToken, DoesNotOpenWhenAnyByteChanged) {
  const SessionSealer sealer(std::string(32, 'k'));
  const std::string token = sealer.mint(role(), *parse_amz_date(kTestNow)).session_token;
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
       {std::string(), std::string("AQ=="), std::string("not base64"), base64_encode("\x01"),
        base64_encode(std::string(33, '\x01')), std::string(100'000, 'A')}) {
    EXPECT_FALSE(sealer.open(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace bedplate::identity
