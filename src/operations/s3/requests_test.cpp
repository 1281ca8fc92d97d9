// What requests name, and what they are for.
#include <gtest/gtest.h>

#include "operations/s3/routes.hpp"
#include "operations/s3/xml_document.hpp"

namespace bedplate::operations::s3 {
namespace {

wire::Request request(std::string target, std::string host = "127.0.0.1:4580") {
  wire::Request made;
  made.target = std::move(target);
  made.headers.add("Host", std::move(host));
  return made;
}

std::string named(std::string target, std::string host = "127.0.0.1:4580") {
  try {
    const Address address = address_of(request(std::move(target), std::move(host)));
    return address.bucket + "|" + address.key;
  } catch (const S3Error& error) {
    return error.code;
  }
}

TEST(S3Address, IsInThePathOrBeforeTheHost) {
  EXPECT_EQ(named("/"), "|");
  EXPECT_EQ(named("/bucket"), "bucket|");
  EXPECT_EQ(named("/bucket/"), "bucket|");
  EXPECT_EQ(named("/bucket/a/b?x=y"), "bucket|a/b");
  EXPECT_EQ(named("/bucket/a%2Fb%20c+d"), "bucket|a/b c+d");
  EXPECT_EQ(named("/bucket//a/../b/./"), "bucket|/a/../b/./") << "never normalised";
  EXPECT_EQ(named("/a/b", "bucket.localhost:4580"), "bucket|a/b");
  EXPECT_EQ(named("/", "My.Bucket.LocalHost"), "my.bucket|");
  EXPECT_EQ(named("/bucket/key", "localhost:4580"), "bucket|key");
  EXPECT_EQ(named("/bucket/%zz"), "InvalidURI");
  EXPECT_EQ(named("//key"), "InvalidURI");
}

std::string operation(std::string_view method, const std::string& target, bool copies = false) {
  const wire::Request made = request(target);
  try {
    const Route found = route(method, address_of(made), query_of(made), copies);
    return (found.operation == nullptr ? "not built: " : "") + found.name;
  } catch (const S3Error& error) {
    return error.code;
  }
}

TEST(S3Routes, FollowMethodAddressAndSubResource) {
  EXPECT_EQ(operation("GET", "/"), "ListBuckets");
  EXPECT_EQ(operation("GET", "/b"), "ListObjects");
  EXPECT_EQ(operation("GET", "/b?list-type=2&prefix=uploads"), "ListObjectsV2");
  EXPECT_EQ(operation("GET", "/b?uploads"), "ListMultipartUploads");
  EXPECT_EQ(operation("PUT", "/b"), "CreateBucket");
  EXPECT_EQ(operation("PUT", "/b/k"), "PutObject");
  EXPECT_EQ(operation("PUT", "/b/k", true), "CopyObject");
  EXPECT_EQ(operation("PUT", "/b/k?partNumber=1&uploadId=x"), "UploadPart");
  EXPECT_EQ(operation("PUT", "/b/k?partNumber=1&uploadId=x", true), "UploadPartCopy");
  EXPECT_EQ(operation("POST", "/b/k?uploads"), "CreateMultipartUpload");
  EXPECT_EQ(operation("POST", "/b?delete"), "DeleteObjects");
  EXPECT_EQ(operation("GET", "/b/k?x-id=GetObject"), "GetObject");
}

// A sub-resource that is not built must never be taken for the object itself.
TEST(S3Routes, WhatIsNotBuiltIsNamed) {
  EXPECT_EQ(operation("PUT", "/b/k?acl"), "not built: PutObjectAcl");
  EXPECT_EQ(operation("GET", "/b/k?attributes"), "not built: GetObjectAttributes");
  EXPECT_EQ(operation("DELETE", "/b?lifecycle"), "not built: DeleteBucketLifecycleConfiguration");
  EXPECT_EQ(operation("PUT", "/b?versioning"), "not built: PutBucketVersioning");
  EXPECT_EQ(operation("PUT", "/b/k?uploadId=x"), "not built: PutMultipartUpload");
  EXPECT_EQ(operation("POST", "/b"), "not built: PostObject");
  EXPECT_EQ(operation("PATCH", "/b/k"), "MethodNotAllowed");
  EXPECT_EQ(operation("DELETE", "/"), "MethodNotAllowed");
}

TEST(S3Xml, IsReadWithAndWithoutItsNamespace) {
  const XmlElement root = read_xml(
      R"(<?xml version="1.0"?><!-- x -->
         <s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/">
         <s3:Object><s3:Key>a &amp; <![CDATA[<b>]]></s3:Key></s3:Object><s3:Quiet>true</s3:Quiet>
         </s3:Delete>)",
      "Delete");
  EXPECT_EQ(root.text_of("Quiet"), "true");
  ASSERT_NE(root.find("Object"), nullptr);
  EXPECT_EQ(root.find("Object")->text_of("Key"), "a & <b>");
}

TEST(S3Xml, RefusesTheRest) {
  std::string deep = "<Delete>", end = "</Delete>";
  for (int i = 0; i < 100; ++i) deep += "<a>", end = "</a>" + end;
  for (const std::string& document :
       {std::string(), std::string("<Delete>"), std::string("<Other/>"), std::string("Delete"),
        std::string("<Delete/><Delete/>"), deep + end,
        std::string("<!DOCTYPE Delete [<!ENTITY a \"b\">]><Delete>&a;</Delete>"),
        std::string("<Delete>\0</Delete>", 18), std::string("<Delete a=1/>")}) {
    EXPECT_THROW(read_xml(document, "Delete"), S3Error) << document;
  }
}

}  // namespace
}  // namespace bedplate::operations::s3
