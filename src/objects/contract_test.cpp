// What every implementation must do.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/objects_for_test.hpp"

namespace bedplate::objects {
namespace {

/// Opens objects in a folder. One for each implementation.
struct Variant {
  const char* name;
  std::function<std::unique_ptr<Objects>(const std::filesystem::path&, const Clock&)> open;
};

std::unique_ptr<Objects> open_local(const std::filesystem::path& path, const Clock& clock,
                                    bool use_extended_attributes, bool durable) {
  LocalOptions options;
  options.directory = path;
  options.durable = durable;
  options.operator_account = "111122223333";
  options.threads = 4;
  options.use_extended_attributes = use_extended_attributes;
  return std::make_unique<LocalObjects>(options, clock);
}

const Variant kVariants[] = {
    {"Attributes",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, true, false); }},
    {"AttributeFiles",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, false, false); }},
    {"Durable",
     [](const auto& path, const Clock& clock) { return open_local(path, clock, true, true); }},
};

class ObjectsContract : public testing::TestWithParam<Variant> {
 protected:
  ObjectsContract() { caller.make_bucket("bucket"); }

  UploadAddress begin(const std::string& key, UploadOptions options = {}) {
    const UploadInfo upload =
        wait_for(objects->create_multipart_upload("bucket", key, std::move(options)));
    return {"bucket", key, upload.upload_id};
  }
  ObjectInfo complete(const UploadAddress& upload, std::vector<CompletedPart> parts) {
    CompleteOptions options;
    options.parts = std::move(parts);
    return wait_for(objects->complete_multipart_upload(upload, std::move(options)));
  }

  FolderForTest folder;
  MachineClock clock;
  std::unique_ptr<Objects> objects = GetParam().open(folder.path, clock);
  Caller caller{*objects};
};

INSTANTIATE_TEST_SUITE_P(Local, ObjectsContract, testing::ValuesIn(kVariants),
                         [](const auto& info) { return std::string(info.param.name); });

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

/// ListObjectsV2 over a set of keys, as S3 describes it.
ListPage model_of(const std::set<std::string>& keys, const ListRequest& request) {
  ListPage page;
  std::string last_prefix;
  for (const std::string& key : keys) {
    if (!key.starts_with(request.prefix)) continue;
    std::string prefix;
    if (!request.delimiter.empty()) {
      const std::size_t at = key.find(request.delimiter, request.prefix.size());
      if (at != key.npos) prefix = key.substr(0, at + request.delimiter.size());
    }
    const std::string& name = prefix.empty() ? key : prefix;
    if (name <= request.start_after || (!prefix.empty() && prefix == last_prefix)) continue;
    last_prefix = prefix;
    if (prefix.empty()) {
      page.objects.push_back({key});
    } else {
      page.common_prefixes.push_back(prefix);
    }
  }
  return page;
}

std::string random_text(std::mt19937& random, std::size_t length_max) {
  static const std::vector<std::string> kPieces = {"a", "b", "a",  "/", "/",        "//", "-",
                                                   "0", ".", "..", "~", "\xc3\xa4", "!",  "a/"};
  std::string out;
  const std::size_t pieces = random() % (length_max + 1);
  for (std::size_t i = 0; i < pieces; ++i) out += kPieces[random() % kPieces.size()];
  return out;
}

TEST_P(ObjectsContract, ListsLikeANaiveModel) {
  std::mt19937 random(20261120);
  std::set<std::string> keys;
  const std::size_t rounds = std::string(GetParam().name) == "Durable" ? 60 : 600;
  for (std::size_t i = 0; i < rounds; ++i) {
    std::string key = random_text(random, 7);
    if (i % 50 == 0) key += std::string(random() % 400, 'l');
    if (key.empty()) continue;
    if (i % 5 == 4) {
      caller.remove(key);
      keys.erase(key);
    } else {
      caller.put(key, "");
      keys.insert(key);
    }
  }
  for (int i = 0; i < 300; ++i) {
    ListRequest request;
    request.prefix = random_text(random, 2);
    if (random() % 3 != 0) request.delimiter = random() % 4 == 0 ? "a/" : "/";
    if (random() % 2 == 0) request.start_after = random_text(random, 4);
    const ListPage expected = model_of(keys, request);
    std::vector<std::string> names;
    std::vector<std::string> prefixes;
    request.keys_max = 1 + random() % 40;
    for (bool more = true; more;) {
      const ListPage page = caller.list(request);
      for (const auto& object : page.objects) names.push_back(object.key);
      for (const auto& prefix : page.common_prefixes) prefixes.push_back(prefix);
      EXPECT_LE(page.objects.size() + page.common_prefixes.size(), request.keys_max);
      request.continuation = page.continuation;
      more = page.truncated;
    }
    std::vector<std::string> expected_names;
    for (const auto& object : expected.objects) expected_names.push_back(object.key);
    ASSERT_EQ(names, expected_names) << request.prefix << " " << request.start_after;
    ASSERT_EQ(prefixes, expected.common_prefixes) << request.prefix << " " << request.start_after;
  }
}

TEST_P(ObjectsContract, ListsSaySizesAndETags) {
  const ObjectInfo put = caller.put("a", "text");
  const ListPage page = caller.list();
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].etag, put.etag);
  EXPECT_EQ(page.objects[0].size_bytes, 4u);
  EXPECT_EQ(page.objects[0].last_modified, put.last_modified);
  ListRequest request;
  request.keys_max = 0;
  EXPECT_TRUE(caller.keys(request).empty());
  request.keys_max = 1;
  request.continuation = "?";
  EXPECT_EQ(kind_of([&] { caller.list(request); }), ErrorKind::kInvalidArgument);
}

TEST_P(ObjectsContract, UploadsInParts) {
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

TEST_P(ObjectsContract, WhatCannotBeCompleted) {
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
  for (const std::string id : {"", "../x", upload.upload_id + "x", std::string(40, 'a')}) {
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

TEST_P(ObjectsContract, ChecksumsOfParts) {
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

TEST_P(ObjectsContract, PartsAreCopied) {
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

TEST_P(ObjectsContract, UploadsAreListed) {
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

TEST_P(ObjectsContract, UploadsSurviveARestart) {
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
