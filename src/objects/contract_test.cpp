// What every implementation must do.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/contract_for_test.hpp"

namespace bedplate::objects {
namespace {

INSTANTIATE_TEST_SUITE_P(Local, ObjectsContract, testing::ValuesIn(kVariants), variant_name);

TEST_P(ObjectsContract, Buckets) {
  const BucketInfo made = wait_for(objects->create_bucket("other", "444455556666", "eu-west-1"));
  const BucketInfo read = wait_for(objects->head_bucket("other"));
  EXPECT_EQ(read.name, "other");
  EXPECT_EQ(read.owner, "444455556666");
  EXPECT_EQ(read.region, "eu-west-1");
  EXPECT_EQ(read.created, made.created);
  EXPECT_EQ(wait_for(objects->list_buckets("")).size(), 2u);
  const auto own = wait_for(objects->list_buckets("111122223333"));
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].name, "bucket");

  EXPECT_EQ(kind_of([&] { wait_for(objects->create_bucket("other", "444455556666", "x")); }),
            ErrorKind::kBucketAlreadyOwnedByYou);
  EXPECT_EQ(kind_of([&] { wait_for(objects->create_bucket("other", "111122223333", "x")); }),
            ErrorKind::kBucketAlreadyExists);
  EXPECT_EQ(kind_of([&] { caller.make_bucket("No_Name"); }), ErrorKind::kInvalidBucketName);
  EXPECT_EQ(kind_of([&] { wait_for(objects->head_bucket("absent")); }), ErrorKind::kNoSuchBucket);
  EXPECT_EQ(kind_of([&] { wait_for(objects->delete_bucket("absent")); }), ErrorKind::kNoSuchBucket);
}

TEST_P(ObjectsContract, ABucketIsDeletedWhenItIsEmpty) {
  caller.put("folder/object", "text");
  caller.put("folder/", "");
  EXPECT_EQ(kind_of([&] { wait_for(objects->delete_bucket("bucket")); }),
            ErrorKind::kBucketNotEmpty);
  caller.remove("folder/object");
  EXPECT_EQ(kind_of([&] { wait_for(objects->delete_bucket("bucket")); }),
            ErrorKind::kBucketNotEmpty);
  caller.remove("folder/");
  begin("an upload is no object");
  wait_for(objects->delete_bucket("bucket"));
  EXPECT_EQ(kind_of([&] { caller.put("a", "b"); }), ErrorKind::kNoSuchBucket);
  caller.make_bucket("bucket");
  EXPECT_TRUE(caller.keys().empty());
  EXPECT_TRUE(wait_for(objects->list_multipart_uploads("bucket", {})).uploads.empty());
}

TEST_P(ObjectsContract, Policies) {
  const auto read = [&] { return wait_for(objects->get_bucket_policy("bucket")); };
  EXPECT_EQ(kind_of(read), ErrorKind::kNoSuchBucketPolicy);
  wait_for(objects->put_bucket_policy("bucket", "{ \"a\": \"\xc3\xa4\" }"));
  EXPECT_EQ(read(), "{ \"a\": \"\xc3\xa4\" }");
  wait_for(objects->put_bucket_policy("bucket", "{}"));
  EXPECT_EQ(read(), "{}");
  wait_for(objects->delete_bucket_policy("bucket"));
  EXPECT_EQ(kind_of(read), ErrorKind::kNoSuchBucketPolicy);
  EXPECT_EQ(kind_of([&] { wait_for(objects->put_bucket_policy("absent", "{}")); }),
            ErrorKind::kNoSuchBucket);
}

TEST_P(ObjectsContract, WhatIsPutIsGot) {
  for (const std::size_t size : {0u, 1u, 1000u, 524'287u, 524'288u, 524'289u, 3'000'000u}) {
    std::string text(size, 'x');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
    const ObjectInfo put = caller.put("folder/object", text);
    EXPECT_EQ(put.etag, hex_encode(md5_of(text)));
    EXPECT_EQ(put.size_bytes, size);
    EXPECT_TRUE(caller.get("folder/object") == text) << size;
  }
}

TEST_P(ObjectsContract, MetadataStays) {
  PutOptions options;
  options.headers = {"text/x", "gzip", "attachment", "de", "no-store", "Thu, 01 Jan 1970"};
  options.metadata = {{"a", "1"}, {"name", "\xc3\xa4\"\\"}};
  options.tags = {{"k", "v"}};
  options.checksum = ChecksumAlgorithm::kCrc32;
  const ObjectInfo put = caller.put("a", "text", options);
  const ObjectInfo read = caller.head("a");
  EXPECT_EQ(read.headers, options.headers);
  EXPECT_EQ(read.metadata, options.metadata);
  EXPECT_EQ(read.tags, options.tags);
  EXPECT_EQ(read.checksums, put.checksums);
  ASSERT_EQ(read.checksums.size(), 1u);
  EXPECT_EQ(read.etag, put.etag);
  EXPECT_EQ(read.last_modified, put.last_modified);
  wait_for(objects->put_object_tags("bucket", "a", {{"other", "w"}}));
  EXPECT_EQ(caller.head("a").tags, (ObjectTags{{"other", "w"}}));
  EXPECT_EQ(caller.head("a").metadata, options.metadata);
  caller.put("a", "text");
  EXPECT_EQ(caller.head("a").headers.content_type, "binary/octet-stream");
  EXPECT_TRUE(caller.head("a").metadata.empty());
  EXPECT_TRUE(caller.head("a").tags.empty());
}

TEST_P(ObjectsContract, MetadataMayBeLargeButNotTooLarge) {
  PutOptions options;
  options.metadata = {{"name", std::string(2044, 'x')}};
  for (int i = 0; i < 10; ++i) {
    options.tags["tag" + std::to_string(i)] = std::string(1000, 'y');
  }
  caller.put("a", "text", options);
  EXPECT_EQ(caller.head("a").metadata, options.metadata);
  EXPECT_EQ(caller.head("a").tags, options.tags);
  caller.put("a", "other");
  EXPECT_TRUE(caller.head("a").metadata.empty());
  options.metadata["name"] += "x";
  EXPECT_EQ(kind_of([&] { caller.put("a", "text", options); }), ErrorKind::kMetadataTooLarge);
}

TEST_P(ObjectsContract, WhatIsNotThere) {
  EXPECT_EQ(kind_of([&] { caller.get("absent"); }), ErrorKind::kNoSuchKey);
  EXPECT_EQ(kind_of([&] { caller.head("absent"); }), ErrorKind::kNoSuchKey);
  caller.remove("absent");
  caller.bucket = "absent";
  EXPECT_EQ(kind_of([&] { caller.get("a"); }), ErrorKind::kNoSuchBucket);
  EXPECT_EQ(kind_of([&] { caller.put("a", ""); }), ErrorKind::kNoSuchBucket);
  EXPECT_EQ(kind_of([&] { caller.remove("a"); }), ErrorKind::kNoSuchBucket);
  EXPECT_EQ(kind_of([&] { caller.list(); }), ErrorKind::kNoSuchBucket);
  EXPECT_EQ(kind_of([&] { wait_for(objects->create_multipart_upload("absent", "a", {})); }),
            ErrorKind::kNoSuchBucket);
  caller.bucket = "..";
  EXPECT_EQ(kind_of([&] { caller.get("a"); }), ErrorKind::kInvalidBucketName);
  caller.bucket = "bucket";
  EXPECT_EQ(kind_of([&] { caller.put("", ""); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([&] { caller.put("\xff", ""); }), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of([&] { caller.put(std::string(1025, 'a'), ""); }), ErrorKind::kKeyTooLong);
}

TEST_P(ObjectsContract, RangesAndParts) {
  std::string text(2'000'000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i % 253);
  caller.put("a", text);
  const auto get = [&](const char* header) {
    GetOptions options;
    options.range = parse_range(header);
    return caller.get("a", options);
  };
  EXPECT_EQ(get("bytes=5-9"), text.substr(5, 5));
  EXPECT_TRUE(get("bytes=100000-1900000") == text.substr(100'000, 1'800'001));
  EXPECT_EQ(get("bytes=-7"), text.substr(text.size() - 7));
  EXPECT_EQ(kind_of([&] { get("bytes=2000000-"); }), ErrorKind::kInvalidRange);
  GetOptions first;
  first.part_number = 1;
  EXPECT_EQ(caller.get("a", first).size(), text.size());
  first.part_number = 2;
  EXPECT_EQ(kind_of([&] { caller.get("a", first); }), ErrorKind::kInvalidRange);
}

TEST_P(ObjectsContract, DigestsAreChecked) {
  PutOptions options;
  options.checksum = ChecksumAlgorithm::kSha1;
  CommitOptions commit;
  commit.content_md5 = base64_encode(md5_of("text"));
  EXPECT_EQ(kind_of([&] { caller.put("a", "text", options, commit); }), std::nullopt);
  EXPECT_EQ(kind_of([&] { caller.put("b", "texT", options, commit); }), ErrorKind::kBadDigest);
  commit.content_md5 = "no base64";
  EXPECT_EQ(kind_of([&] { caller.put("b", "text", options, commit); }), ErrorKind::kBadDigest);
  commit.content_md5.reset();
  commit.checksum = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";  // of "abc"
  EXPECT_EQ(caller.put("a", "abc", options, commit).checksums.at(0).value, *commit.checksum);
  EXPECT_EQ(kind_of([&] { caller.put("b", "abd", options, commit); }), ErrorKind::kBadDigest);
  options.content_sha256 = hex_encode(as_view(sha256("abc")));
  EXPECT_EQ(kind_of([&] { caller.put("a", "abc", options); }), std::nullopt);
  EXPECT_EQ(kind_of([&] { caller.put("b", "abd", options); }), ErrorKind::kContentSha256Mismatch);
  PutOptions announced;
  announced.size_bytes = 4;
  EXPECT_EQ(kind_of([&] { caller.put("b", "abc", announced); }), ErrorKind::kIncompleteBody);
  EXPECT_EQ(kind_of([&] { caller.put("b", "abcde", announced); }), ErrorKind::kIncompleteBody);
  announced.size_bytes = kPutBytesMax + 1;
  EXPECT_EQ(kind_of([&] { caller.put("b", "", announced); }), ErrorKind::kEntityTooLarge);
  EXPECT_EQ(caller.keys(), std::vector<std::string>{"a"});
}

TEST_P(ObjectsContract, ConditionsOfWrites) {
  CommitOptions absent;
  absent.conditions.if_none_match = "*";
  const ObjectInfo first = caller.put("a", "1", {}, absent);
  EXPECT_EQ(kind_of([&] { caller.put("a", "2", {}, absent); }), ErrorKind::kPreconditionFailed);
  CommitOptions same;
  same.conditions.if_match = '"' + first.etag + '"';
  caller.put("a", "3", {}, same);
  EXPECT_EQ(kind_of([&] { caller.put("a", "4", {}, same); }), ErrorKind::kPreconditionFailed);
  EXPECT_EQ(kind_of([&] { caller.put("b", "4", {}, same); }), ErrorKind::kNoSuchKey);
  EXPECT_EQ(caller.get("a"), "3");
  EXPECT_EQ(kind_of([&] { wait_for(objects->delete_object("bucket", "a", same.conditions)); }),
            ErrorKind::kPreconditionFailed);
  EXPECT_EQ(caller.keys(), std::vector<std::string>{"a"});
}

TEST_P(ObjectsContract, HostileKeysAreKeysLikeOthers) {
  const std::string long_name(300, 'n');
  const std::vector<std::string> keys = {"../../outside",
                                         "..",
                                         ".",
                                         "/",
                                         "//",
                                         "/a",
                                         "a//b",
                                         "a/./b",
                                         "a/../b",
                                         "folder/",
                                         "a",
                                         "a/b",
                                         "a/b/c",
                                         "a/b/c/",
                                         long_name,
                                         long_name + "/" + long_name,
                                         "x/" + long_name,
                                         "\x01",
                                         "a\nb",
                                         std::string("nul\0nul", 7),
                                         " ",
                                         "a b",
                                         "%2e%2e/",
                                         ".bedplate/staging/x",
                                         "\\..\\",
                                         "\xf0\x9f\x98\x80",
                                         "upload.json",
                                         std::string(1024, 'z'),
                                         std::string(511, '/') + std::string(513, 'a'),
                                         "~",
                                         "-rf",
                                         "a\xe2\x80\xae"
                                         "b"};
  for (const std::string& key : keys) caller.put(key, "of " + key);
  std::vector<std::string> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(caller.keys(), sorted);
  for (const std::string& key : keys) EXPECT_EQ(caller.get(key), "of " + key);
  // Nothing has left the folder, and every key goes as it came.
  EXPECT_FALSE(std::filesystem::exists(folder.path.parent_path() / "outside"));
  for (const std::string& key : keys) {
    caller.remove(key);
    EXPECT_EQ(kind_of([&] { caller.get(key); }), ErrorKind::kNoSuchKey) << key;
  }
  EXPECT_TRUE(caller.keys().empty());
  wait_for(objects->delete_bucket("bucket"));
}

TEST_P(ObjectsContract, AKeyThatMovesOutOfTheWayIsStillOne) {
  caller.put("a/b", "1");
  caller.put("a", "2");  // beside its folder
  caller.remove("a/b");
  caller.put("a", "3");  // where it belongs
  EXPECT_EQ(caller.keys(), std::vector<std::string>{"a"});
  caller.put("a/b", "4");
  EXPECT_EQ(caller.keys(), (std::vector<std::string>{"a", "a/b"}));
  caller.remove("a");
  EXPECT_EQ(kind_of([&] { caller.get("a"); }), ErrorKind::kNoSuchKey);
  EXPECT_EQ(caller.get("a/b"), "4");
  caller.put("a/b", "5");
  EXPECT_EQ(caller.keys(), std::vector<std::string>{"a/b"});
  EXPECT_EQ(caller.get("a/b"), "5");
}

TEST_P(ObjectsContract, AReaderKeepsItsVersion) {
  const std::string old(3'000'000, 'o');
  caller.put("a", old);
  GetOptions options;
  const auto reader = wait_for(objects->get_object("bucket", "a", options));
  caller.put("a", "new");
  caller.remove("a");
  std::string read;
  for (std::string piece = wait_for(reader->read()); !piece.empty();
       piece = wait_for(reader->read())) {
    EXPECT_LE(piece.size(), kPieceBytesMax);
    read += piece;
  }
  EXPECT_TRUE(read == old);
}

TEST_P(ObjectsContract, DeletesMany) {
  caller.put("a", "1");
  caller.put("b/", "2");
  std::vector<std::string> keys = {"a", "absent", "", "b/"};
  const auto outcomes = wait_for(objects->delete_objects("bucket", keys));
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_FALSE(outcomes[0].error);
  EXPECT_FALSE(outcomes[1].error);
  ASSERT_TRUE(outcomes[2].error);
  EXPECT_EQ(outcomes[2].error->kind, ErrorKind::kInvalidArgument);
  EXPECT_FALSE(outcomes[3].error);
  EXPECT_TRUE(caller.keys().empty());
  keys.assign(1'001, "a");
  EXPECT_EQ(kind_of([&] { wait_for(objects->delete_objects("bucket", keys)); }),
            ErrorKind::kInvalidArgument);
}

TEST_P(ObjectsContract, Copies) {
  PutOptions options;
  options.metadata = {{"a", "1"}};
  options.tags = {{"t", "u"}};
  const ObjectInfo put = caller.put("a", "text", options);
  CopyRequest request;
  request.source = {"bucket", "a"};
  request.target = {"bucket", "b"};
  const ObjectInfo kept = wait_for(objects->copy_object(request));
  EXPECT_EQ(kept.etag, put.etag);
  EXPECT_EQ(kept.metadata, options.metadata);
  EXPECT_EQ(kept.tags, options.tags);
  EXPECT_EQ(caller.get("b"), "text");
  request.replace_metadata = true;
  request.metadata = {{"b", "2"}};
  request.checksum = ChecksumAlgorithm::kCrc32c;
  const ObjectInfo replaced = wait_for(objects->copy_object(request));
  EXPECT_EQ(replaced.metadata, request.metadata);
  EXPECT_EQ(replaced.tags, options.tags);
  EXPECT_EQ(replaced.checksums.size(), 1u);
  request.target.key = "a";  // itself, with other metadata
  EXPECT_EQ(wait_for(objects->copy_object(request)).metadata, request.metadata);
  EXPECT_EQ(caller.get("a"), "text");
  request.replace_metadata = false;
  EXPECT_EQ(kind_of([&] { wait_for(objects->copy_object(request)); }), ErrorKind::kInvalidRequest);
  request.target.key = "c";
  request.source_conditions.if_none_match = "*";
  EXPECT_EQ(kind_of([&] { wait_for(objects->copy_object(request)); }),
            ErrorKind::kPreconditionFailed);
  request.source_conditions = {};
  request.source.key = "absent";
  EXPECT_EQ(kind_of([&] { wait_for(objects->copy_object(request)); }), ErrorKind::kNoSuchKey);
  request.source.key = "a";
  request.target.bucket = "absent";
  EXPECT_EQ(kind_of([&] { wait_for(objects->copy_object(request)); }), ErrorKind::kNoSuchBucket);
}

}  // namespace
}  // namespace bedplate::objects
