#include <gtest/gtest.h>

#include "objects/object_uri.hpp"
#include "objects/objects.hpp"
#include "objects/objects_for_test.hpp"

namespace bedplate::objects {
namespace {

std::optional<ErrorKind> uri_kind(const std::string& text) {
  return kind_of([&] { parse_object_uri(text); });
}

TEST(BucketNames, AreS3s) {
  for (const std::string name : {"abc", "a-b", "my.bucket", "1bucket"}) {
    EXPECT_TRUE(is_valid_bucket_name(name)) << name;
  }
  for (const std::string& name : std::vector<std::string>{"",
                                                          "ab",
                                                          std::string(64, 'a'),
                                                          "Abc",
                                                          "a_b",
                                                          "-ab",
                                                          "ab-",
                                                          ".ab",
                                                          "ab.",
                                                          "a..b",
                                                          "192.168.5.4",
                                                          "xn--a",
                                                          "sthree-a",
                                                          "amzn-s3-demo-a",
                                                          "a-s3alias",
                                                          "a--ol-s3",
                                                          "a.mrap",
                                                          "a--x-s3",
                                                          "a--table-s3",
                                                          "a/b",
                                                          "a b",
                                                          ".bedplate",
                                                          "..",
                                                          "b\xc3\xa4r"}) {
    EXPECT_FALSE(is_valid_bucket_name(name)) << name;
  }
}

TEST(BucketNames, HaveThreeTo63Characters) {
  EXPECT_TRUE(is_valid_bucket_name("abc"));
  EXPECT_TRUE(is_valid_bucket_name(std::string(63, 'a')));
  EXPECT_FALSE(is_valid_bucket_name(std::string(64, 'a')));
}

TEST(ObjectUris, HaveABucketAndAKey) {
  const ObjectUri uri = parse_object_uri("s3://bucket/a folder/%41?x#y");
  EXPECT_EQ(uri.bucket, "bucket");
  EXPECT_EQ(uri.key, "a folder/%41?x#y");  // nothing of it is decoded
  EXPECT_EQ(uri.text(), "s3://bucket/a folder/%41?x#y");
  EXPECT_EQ(parse_object_uri("s3://bucket").key, "");
  EXPECT_EQ(parse_object_uri("s3://bucket/").key, "");
  EXPECT_EQ(parse_object_uri("s3://bucket//x").key, "/x");
}

TEST(ObjectUris, LeadBelow) {
  EXPECT_EQ(parse_object_uri("s3://bucket").below("x").text(), "s3://bucket/x");
  EXPECT_EQ(parse_object_uri("s3://bucket/a").below("x").text(), "s3://bucket/a/x");
  EXPECT_EQ(parse_object_uri("s3://bucket/a/").below("x").text(), "s3://bucket/a/x");
}

TEST(ObjectUris, AreRefused) {
  EXPECT_EQ(uri_kind(""), ErrorKind::kInvalidUri);
  EXPECT_EQ(uri_kind("s3://"), ErrorKind::kInvalidUri);
  EXPECT_EQ(uri_kind("S3://bucket/a"), ErrorKind::kInvalidUri);
  EXPECT_EQ(uri_kind("https://bucket/a"), ErrorKind::kInvalidUri);
  EXPECT_EQ(uri_kind("s3:///a"), ErrorKind::kInvalidBucketName);
  EXPECT_EQ(uri_kind("s3://Bucket/a"), ErrorKind::kInvalidBucketName);
  EXPECT_EQ(uri_kind("s3://../a"), ErrorKind::kInvalidBucketName);
  EXPECT_EQ(uri_kind("s3://bucket/" + std::string(1025, 'a')), ErrorKind::kKeyTooLong);
  EXPECT_EQ(uri_kind("s3://bucket/\xff"), ErrorKind::kInvalidArgument);
  EXPECT_EQ(uri_kind("s3://bucket/" + std::string(1024, 'a')), std::nullopt);
}

}  // namespace
}  // namespace bedplate::objects
