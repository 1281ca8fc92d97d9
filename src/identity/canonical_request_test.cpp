#include "identity/canonical_request.hpp"

#include <gtest/gtest.h>

namespace bedplate::identity {
namespace {

TEST(CanonicalPath, EncodesWhatWasSentOnceMore) {
  EXPECT_EQ(canonical_path("/model/a%3A0/invoke", PathForm::kAsSent), "/model/a%253A0/invoke");
  EXPECT_EQ(canonical_path("/model/a:0/invoke", PathForm::kAsSent), "/model/a%3A0/invoke");
  EXPECT_EQ(canonical_path("", PathForm::kAsSent), "/");
  EXPECT_EQ(canonical_path("//a//b/", PathForm::kAsSent), "//a//b/");
  EXPECT_EQ(canonical_path("/\xE1\x88\xB4", PathForm::kAsSent), "/%E1%88%B4");
}

TEST(CanonicalPath, NormalizesLikeTheSdks) {
  const auto normal = [](std::string_view path) {
    return canonical_path(path, PathForm::kNormalized);
  };
  EXPECT_EQ(normal("//"), "/");
  EXPECT_EQ(normal("/a/.."), "/");
  EXPECT_EQ(normal("/a/../../b"), "/b");
  EXPECT_EQ(normal("/./a//b/"), "/a/b/");
  EXPECT_EQ(normal("/a/./b"), "/a/b");
  EXPECT_EQ(normal("/a%2F../b"), "/a%252F../b") << "an escaped slash ends no segment";
}

TEST(CanonicalPath, S3EncodesOnceAndNeverNormalizes) {
  const auto s3 = [](std::string_view path) {
    return canonical_path(path, PathForm::kEncodedOnce);
  };
  EXPECT_EQ(s3("/bucket/a%20b"), "/bucket/a%20b");
  EXPECT_EQ(s3("/bucket/a(b)"), "/bucket/a%28b%29");
  EXPECT_EQ(s3("/bucket/../x//y"), "/bucket/../x//y");
  EXPECT_EQ(s3("/bucket/%zz"), "/bucket/%25zz") << "no escape: stands for itself";
}

TEST(CanonicalQuery, SortsAndEncodes) {
  EXPECT_EQ(canonical_query("b=2&a=1", false), "a=1&b=2");
  EXPECT_EQ(canonical_query("a=2&a=1&A=3", false), "A=3&a=1&a=2");
  EXPECT_EQ(canonical_query("flag&x=", false), "flag=&x=");
  EXPECT_EQ(canonical_query("", false), "");
  EXPECT_EQ(canonical_query("&&a=1&", false), "a=1");
  EXPECT_EQ(canonical_query("a=b=c", false), "a=b%3Dc");
}

TEST(CanonicalQuery, TreatsPlusAndPercent20Alike) {
  EXPECT_EQ(canonical_query("a=x+y", false), "a=x%20y");
  EXPECT_EQ(canonical_query("a=x%20y", false), "a=x%20y");
  EXPECT_EQ(canonical_query("a=x%2By", false), "a=x%2By");
}

TEST(CanonicalQuery, KeepsBrokenEscapesApartFromWholeOnes) {
  EXPECT_EQ(canonical_query("a=%4", false), "a=%254");
  EXPECT_EQ(canonical_query("a=%41", false), "a=A");
}

TEST(CanonicalQuery, LeavesOutTheSignatureOnlyWhenPresigned) {
  EXPECT_EQ(canonical_query("X-Amz-Signature=f&a=1", true), "a=1");
  EXPECT_EQ(canonical_query("X-Amz-Signature=f&a=1", false), "X-Amz-Signature=f&a=1");
  EXPECT_EQ(canonical_query("X%2DAmz-Signature=f", true), "X-Amz-Signature=f");
}

TEST(SignedHeaders, AreSortedLowerCaseAndUnique) {
  const std::vector<std::string> names = parse_signed_headers("X-Amz-Date;Host;;host;content-type");
  EXPECT_EQ(join_signed_headers(names), "content-type;host;x-amz-date");
  EXPECT_TRUE(parse_signed_headers("").empty());
}

TEST(CanonicalRequest, TrimsFoldsAndJoinsHeaders) {
  wire::Request request;
  request.method = "GET";
  request.target = "/a?z=1";
  request.headers.add("HOST", "example.com");
  request.headers.add("My-Header", "  a   b\t\tc  ");
  request.headers.add("my-header", "d");
  request.headers.add("Unsigned", "x");
  EXPECT_EQ(canonical_request(request, {"host", "my-header", "not-sent"}, "HASH", {}),
            "GET\n/a\nz=1\nhost:example.com\nmy-header:a b c,d\nnot-sent:\n\n"
            "host;my-header;not-sent\nHASH");
}

}  // namespace
}  // namespace bedplate::identity
