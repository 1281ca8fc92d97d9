#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(Bytes, Base64RoundTripsEveryPaddingLength) {
  for (const char* text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(base64_decode(base64_encode(text)), text);
  }
}

TEST(Bytes, Base64RefusesWhatIsNotBase64) {
  for (const char* text : {"a", "abc", "ab=c", "a===", " YQ=", "YQ==\n", "YWJj*WJj", "===="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Bytes, UriEncodesAllButUnreserved) {
  EXPECT_EQ(uri_encode("a-Z_.~/ :%é"), "a-Z_.~%2F%20%3A%25%C3%A9");
  EXPECT_EQ(uri_encode("/a/b", true), "/a/b");
}

TEST(Bytes, UriDecodeRefusesBrokenEscapes) {
  EXPECT_EQ(uri_decode("a%3Ab%20"), "a:b ");
  for (const char* text : {"%", "%2", "%zz", "a%4"}) EXPECT_EQ(uri_decode(text), std::nullopt);
}

TEST(Bytes, HmacOfRfc4231CaseTwo) {
  EXPECT_EQ(hex_encode(as_view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Bytes, HmacTakesAnEmptyKeyAfterAnotherOne) {
  // Known answer of HMAC-SHA256 for an empty key and an empty message.
  EXPECT_EQ(hex_encode(as_view(hmac_sha256("", ""))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  hmac_sha256("key", "x");
  EXPECT_EQ(hex_encode(as_view(hmac_sha256({}, {}))),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Bytes, Sha256OfNothing) {
  EXPECT_EQ(hex_encode(as_view(sha256(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Bytes, CountsCharactersNotBytes) {
  EXPECT_EQ(count_characters("aé€😀"), 4u);
}

TEST(Bytes, Utf8RefusesOverlongSurrogatesAndTruncation) {
  EXPECT_TRUE(is_valid_utf8("a é € 😀"));
  for (const char* text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                           "\xE2\x82", "\x80", "\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

}  // namespace
}  // namespace bedplate
