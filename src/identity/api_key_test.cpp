#include "identity/api_key.hpp"

#include "identity/identity_test_fixture.hpp"

namespace bedplate::identity {
namespace {

std::string encoded(std::string_view url) {
  return std::string(kShortTermKeyPrefix) + base64_encode(url);
}

TEST(LongTermKey, HasAwsFormAndIsKnownByItsDigest) {
  const LongTermKey key = generate_long_term_key("123456789012");
  ASSERT_TRUE(key.value.starts_with("ABSK"));
  const auto text = base64_decode(std::string_view(key.value).substr(4));
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->starts_with("BedrockAPIKey-")) << *text;
  EXPECT_NE(text->find("-at-123456789012:"), std::string::npos) << *text;
  EXPECT_EQ(text->substr(0, text->find(':')), key.name);
  EXPECT_EQ(key.sha256, long_term_key_digest(key.value));
  EXPECT_EQ(key.sha256.find(key.value), std::string::npos);
  EXPECT_NE(generate_long_term_key("123456789012").value, key.value);
}

TEST(ShortTermKey, IsAPresignedRequestThatReadsBack) {
  const std::string key = generate_short_term_key(kTestKey, "us-west-2", *parse_amz_date(kTestNow),
                                                  std::chrono::hours(12));
  const auto url = base64_decode(std::string_view(key).substr(kShortTermKeyPrefix.size()));
  ASSERT_TRUE(url);
  EXPECT_TRUE(
      url->starts_with("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm="
                       "AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102"
                       "%2Fus-west-2%2Fbedrock%2Faws4_request&"))
      << *url;
  EXPECT_TRUE(url->ends_with("&Version=1"));
  const auto request = read_short_term_key(key);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->headers.get("host"), "bedrock.amazonaws.com");
  EXPECT_EQ(request->target.find("Version=1"), std::string::npos);
}

TEST(ShortTermKey, RefusesWhatIsNotOne) {
  const std::string good = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Expires=60";
  EXPECT_TRUE(read_short_term_key(encoded(good + "&Version=1")));
  for (const std::string& url :
       {std::string(), std::string("&Version=1"), good, good + "&Version=2",
        "https://" + good + "&Version=1",
        std::string("evil.example/?Action=CallWithBearerToken&X-Amz-Expires=60&Version=1"),
        std::string("bedrock.amazonaws.com.evil/?Action=CallWithBearerToken&X-Amz-Expires=60"
                    "&Version=1"),
        std::string(
            "bedrock.amazonaws.com/x?Action=CallWithBearerToken&X-Amz-Expires=60&Version=1"),
        std::string("bedrock.amazonaws.com/?Action=InvokeModel&X-Amz-Expires=60&Version=1"),
        std::string("bedrock.amazonaws.com/?Action=CallWithBearerToken&Version=1"),
        std::string("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Expires=43201"
                    "&Version=1"),
        std::string("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Expires=0&Version=1"),
        std::string("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Expires=-9223372036854"
                    "775808&Version=1")}) {
    EXPECT_FALSE(read_short_term_key(encoded(url))) << url;
  }
  for (const std::string& text :
       {std::string(), std::string(kShortTermKeyPrefix), std::string("bedrock-api-key-!!!!"),
        "bedrock-api-key-" + std::string(100'000, 'A'), base64_encode(good + "&Version=1")}) {
    EXPECT_FALSE(read_short_term_key(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace bedplate::identity
