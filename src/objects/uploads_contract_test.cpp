// Uploads in parts: what every implementation must do.
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/contract_for_test.hpp"

namespace bedplate::objects {
namespace {

class UploadsContract : public ObjectsContract {};
INSTANTIATE_TEST_SUITE_P(Local, UploadsContract, testing::ValuesIn(kVariants), variant_name);

TEST_P(UploadsContract, UploadsInParts) {
  UploadOptions options;
  options.headers.content_type = "text/x";
  options.metadata = {{"a", "1"}};
  options.tags = {{"t", "u"}};
  const UploadAddress upload = begin("folder/large", options);
  const std::string first(kPartBytesMin, '1');
  const std::string second(kPartBytesMin + 1, '2');
  const std::string e3 = caller.put_part(upload, 3, "3");
  const std::string e1 = caller.put_part(upload, 1, first);
  caller.put_part(upload, 2, "replaced");
  const std::string e2 = caller.put_part(upload, 2, second);
  EXPECT_TRUE(caller.keys().empty());
  const PartsPage parts = wait_for(objects->list_parts(upload, 1, 1));
  ASSERT_EQ(parts.parts.size(), 1u);
  EXPECT_EQ(parts.parts[0].number, 2u);
  EXPECT_EQ(parts.parts[0].size_bytes, second.size());
  EXPECT_EQ(parts.parts[0].etag, e2);
  EXPECT_TRUE(parts.truncated);
  const ObjectInfo info = complete(upload, {{1, e1, {}}, {2, '"' + e2 + '"', {}}, {3, e3, {}}});
  EXPECT_EQ(info.etag, hex_encode(md5_of(md5_of(first) + md5_of(second) + md5_of("3"))) + "-3");
  EXPECT_TRUE(caller.get("folder/large") == first + second + "3");
  const ObjectInfo read = caller.head("folder/large");
  EXPECT_EQ(read.headers.content_type, "text/x");
  EXPECT_EQ(read.metadata, options.metadata);
  EXPECT_EQ(read.tags, options.tags);
  EXPECT_EQ(read.parts_count, 3u);
  GetOptions part;
  part.part_number = 2;
  EXPECT_TRUE(caller.get("folder/large", part) == second);
  part.part_number = 4;
  EXPECT_EQ(kind_of([&] { caller.get("folder/large", part); }), ErrorKind::kInvalidRange);
  EXPECT_EQ(kind_of([&] { wait_for(objects->list_parts(upload, 0, 10)); }),
            ErrorKind::kNoSuchUpload);
  EXPECT_EQ(kind_of([&] { complete(upload, {{1, e1, {}}}); }), ErrorKind::kNoSuchUpload);
}

TEST_P(UploadsContract, WhatCannotBeCompleted) {
  const UploadAddress upload = begin("a");
  const std::string e1 = caller.put_part(upload, 1, "small");
  const std::string e2 = caller.put_part(upload, 2, "last");
  EXPECT_EQ(kind_of([&] { complete(upload, {}); }), ErrorKind::kInvalidPart);
  EXPECT_EQ(kind_of([&] { complete(upload, {{1, e2, {}}}); }), ErrorKind::kInvalidPart);
  EXPECT_EQ(kind_of([&] { complete(upload, {{3, e1, {}}}); }), ErrorKind::kInvalidPart);
  EXPECT_EQ(kind_of([&] {
              complete(upload, {{2, e2, {}}, {1, e1, {}}});
            }),
            ErrorKind::kInvalidPartOrder);
  EXPECT_EQ(kind_of([&] {
              complete(upload, {{1, e1, {}}, {1, e1, {}}});
            }),
            ErrorKind::kInvalidPartOrder);
  EXPECT_EQ(kind_of([&] {
              complete(upload, {{1, e1, {}}, {2, e2, {}}});
            }),
            ErrorKind::kEntityTooSmall);
  EXPECT_EQ(kind_of([&] { caller.put_part(upload, 0, ""); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([&] { caller.put_part(upload, 10'001, ""); }), ErrorKind::kInvalidArgument);
  const std::vector<std::string> ids = {"", "../x", upload.upload_id + "x", std::string(40, 'a')};
  for (const std::string& id : ids) {
    const UploadAddress other{"bucket", "a", id};
    EXPECT_EQ(kind_of([&] { caller.put_part(other, 1, ""); }), ErrorKind::kNoSuchUpload) << id;
  }
  EXPECT_EQ(kind_of([&] {
              complete({"bucket", "b", upload.upload_id}, {{1, e1, {}}});
            }),
            ErrorKind::kNoSuchUpload);
  EXPECT_TRUE(caller.keys().empty());
  EXPECT_EQ(complete(upload, {{2, e2, {}}}).size_bytes, 4u);
  const UploadAddress aborted = begin("b");
  caller.put_part(aborted, 1, "x");
  wait_for(objects->abort_multipart_upload(aborted));
  EXPECT_EQ(kind_of([&] { wait_for(objects->abort_multipart_upload(aborted)); }),
            ErrorKind::kNoSuchUpload);
  EXPECT_EQ(caller.keys(), std::vector<std::string>{"a"});
}

TEST_P(UploadsContract, ChecksumsOfParts) {
  UploadOptions options;
  options.checksum = ChecksumAlgorithm::kCrc32;
  const std::string first(kPartBytesMin, '1');
  const auto crc_of = [](ChecksumAlgorithm algorithm, const std::string& text) {
    const auto running = make_checksum(algorithm);
    running->update(text);
    return running->finish();
  };
  const UploadAddress composite = begin("a", options);
  const std::string e1 = caller.put_part(composite, 1, first);
  const std::string e2 = caller.put_part(composite, 2, "2");
  const std::string raw =
      crc_of(ChecksumAlgorithm::kCrc32, first) + crc_of(ChecksumAlgorithm::kCrc32, "2");
  EXPECT_EQ(kind_of([&] {
              complete(composite, {{1, e1, "AAAAAA=="}, {2, e2, {}}});
            }),
            ErrorKind::kInvalidPart);
  const ObjectInfo a = complete(composite, {{1, e1, {}}, {2, e2, {}}});
  ASSERT_EQ(a.checksums.size(), 1u);
  EXPECT_EQ(a.checksums[0].value, base64_encode(crc_of(ChecksumAlgorithm::kCrc32, raw)) + "-2");

  options.checksum = ChecksumAlgorithm::kCrc64Nvme;
  options.checksum_type = ChecksumType::kFullObject;
  const UploadAddress full = begin("b", options);
  const std::string f1 = caller.put_part(full, 1, first);
  const std::string f2 = caller.put_part(full, 2, "2");
  const ObjectInfo b = complete(full, {{1, f1, {}}, {2, f2, {}}});
  ASSERT_EQ(b.checksums.size(), 1u);
  EXPECT_EQ(b.checksums[0].value,
            base64_encode(crc_of(ChecksumAlgorithm::kCrc64Nvme, first + "2")));
  options.checksum = ChecksumAlgorithm::kSha256;
  EXPECT_EQ(kind_of([&] { begin("c", options); }), ErrorKind::kInvalidRequest);
}

TEST_P(UploadsContract, PartsAreCopied) {
  std::string text(kPartBytesMin + 10, 'x');
  text[3] = 'y';
  caller.put("source", text);
  const UploadAddress upload = begin("target");
  PartCopyRequest request;
  request.source = {"bucket", "source"};
  request.upload = upload;
  const PartInfo first = wait_for(objects->upload_part_copy(request));
  EXPECT_EQ(first.etag, hex_encode(md5_of(text)));
  request.part_number = 2;
  request.range = ByteRange{3, 5, {}};
  const PartInfo second = wait_for(objects->upload_part_copy(request));
  complete(upload, {{1, first.etag, {}}, {2, second.etag, {}}});
  EXPECT_TRUE(caller.get("target") == text + "yxx");
  CopyRequest copy;
  copy.source = {"bucket", "target"};
  copy.target = {"bucket", "copy"};
  EXPECT_EQ(wait_for(objects->copy_object(copy)).etag, hex_encode(md5_of(text + "yxx")));
}

TEST_P(UploadsContract, UploadsAreListed) {
  const UploadAddress b1 = begin("b");
  const UploadAddress a = begin("a");
  const UploadAddress b2 = begin("b");
  begin("folder/x");
  begin("folder/y");
  ListUploadsRequest request;
  request.uploads_max = 2;
  std::vector<std::string> keys;
  for (bool more = true; more;) {
    const UploadsPage page = wait_for(objects->list_multipart_uploads("bucket", request));
    for (const UploadInfo& upload : page.uploads) keys.push_back(upload.key);
    request.key_marker = page.next_key_marker;
    request.upload_id_marker = page.next_upload_id_marker;
    more = page.truncated;
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "b", "b", "folder/x", "folder/y"}));
  ListUploadsRequest grouped;
  grouped.delimiter = "/";
  const UploadsPage page = wait_for(objects->list_multipart_uploads("bucket", grouped));
  EXPECT_EQ(page.uploads.size(), 3u);
  EXPECT_EQ(page.common_prefixes, std::vector<std::string>{"folder/"});
}

TEST_P(UploadsContract, UploadsSurviveARestart) {
  const UploadAddress upload = begin("a");
  const std::string etag = caller.put_part(upload, 1, "part");
  caller.put("b", "text");
  wait_for(objects->put_bucket_policy("bucket", "{}"));
  objects.reset();
  objects = GetParam().open(folder.path, clock);
  Caller after(*objects);
  EXPECT_EQ(wait_for(objects->get_bucket_policy("bucket")), "{}");
  EXPECT_EQ(after.get("b"), "text");
  EXPECT_EQ(after.head("b").etag, hex_encode(md5_of("text")));
  complete(upload, {{1, etag, {}}});
  EXPECT_EQ(after.get("a"), "part");
}

}  // namespace
}  // namespace bedplate::objects
