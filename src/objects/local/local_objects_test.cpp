// What is special of objects in a directory: files made by hand, crashes, links, many at once.
#include "objects/local/local_objects.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/objects_for_test.hpp"

namespace bedplate::objects {
namespace {

namespace fs = std::filesystem;

class LocalObjectsTest : public testing::Test {
 protected:
  LocalObjectsTest() { open(); }

  void open() {
    LocalOptions options;
    options.directory = folder.path;
    options.durable = false;
    options.operator_account = "111122223333";
    options.default_region = "eu-west-1";
    options.threads = 4;
    objects.reset();
    objects = std::make_unique<LocalObjects>(options, clock);
    caller.emplace(*objects);
  }
  std::size_t files_below(const fs::path& name) const {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path / name)) {
      if (entry.is_regular_file()) ++files;
    }
    return files;
  }

  FolderForTest folder;
  MachineClock clock;
  std::unique_ptr<Objects> objects;
  std::optional<Caller> caller;
};

TEST_F(LocalObjectsTest, AFileIsAnObjectAndAFolderABucket) {
  folder.write("bucket/folder/a.json", "{}");
  folder.write("bucket/b", "text");
  folder.write("No Bucket/c", "text");
  folder.write("file", "text");
  const auto buckets = wait_for(objects->list_buckets("111122223333"));
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0].name, "bucket");
  EXPECT_EQ(buckets[0].region, "eu-west-1");
  EXPECT_GT(buckets[0].created.time_since_epoch().count(), 0);
  EXPECT_EQ(caller->keys(), (std::vector<std::string>{"b", "folder/a.json"}));
  const ObjectInfo info = caller->head("folder/a.json");
  EXPECT_EQ(info.headers.content_type, "application/json");
  EXPECT_EQ(info.etag, hex_encode(md5_of("{}")));
  EXPECT_EQ(caller->get("b"), "text");
  EXPECT_EQ(caller->head("b").headers.content_type, "binary/octet-stream");
  EXPECT_EQ(kind_of([&] { wait_for(objects->create_bucket("bucket", "111122223333", "x")); }),
            ErrorKind::kBucketAlreadyOwnedByYou);
  EXPECT_EQ(kind_of([&] { wait_for(objects->create_bucket("file", "111122223333", "x")); }),
            ErrorKind::kBucketAlreadyExists);
}

TEST_F(LocalObjectsTest, APutIsAFileThatCanBeRead) {
  caller->make_bucket("bucket");
  caller->put("folder/a.txt", "text");
  EXPECT_EQ(folder.read("bucket/folder/a.txt"), "text");
  caller->remove("folder/a.txt");
  EXPECT_TRUE(fs::exists(folder.path / "bucket"));
  EXPECT_FALSE(fs::exists(folder.path / "bucket/folder"));  // made for the object only
}

TEST_F(LocalObjectsTest, AnEditedFileHasANewETagAndItsOldMetadata) {
  caller->make_bucket("bucket");
  PutOptions options;
  options.metadata = {{"a", "1"}};
  options.headers.content_type = "text/x";
  options.checksum = ChecksumAlgorithm::kCrc32;
  caller->put("a", "text", options);
  folder.write("bucket/a", "longer text");
  ObjectInfo info = caller->head("a");
  EXPECT_EQ(info.etag, hex_encode(md5_of("longer text")));
  EXPECT_TRUE(info.checksums.empty());
  EXPECT_EQ(info.metadata, options.metadata);
  EXPECT_EQ(info.headers.content_type, "text/x");
  EXPECT_EQ(caller->list().objects.at(0).etag, info.etag);
  // Of the same length, a while later.
  folder.write("bucket/a", "LONGER TEXT");
  const timespec times[2] = {{1'700'000'000, 5}, {1'700'000'000, 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path / "bucket/a").c_str(), times, 0), 0);
  info = caller->head("a");
  EXPECT_EQ(info.etag, hex_encode(md5_of("LONGER TEXT")));
  EXPECT_EQ(info.last_modified.time_since_epoch().count(), 1'700'000'000'000);
}

TEST_F(LocalObjectsTest, ALargeFileByHandIsNotReadForItsETag) {
  folder.write("bucket/large", "");
  fs::resize_file(folder.path / "bucket/large", 50ull << 30);  // sparse
  const ListPage page = caller->list();
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_TRUE(page.objects[0].etag.ends_with("-1")) << page.objects[0].etag;
  EXPECT_EQ(caller->head("large").etag, page.objects[0].etag);
}

TEST_F(LocalObjectsTest, AFileThatMayNotBeWrittenHasItsETagRemembered) {
  folder.write("bucket/a", "text");
  fs::permissions(folder.path / "bucket/a", fs::perms::owner_read);
  EXPECT_EQ(caller->head("a").etag, hex_encode(md5_of("text")));
  EXPECT_EQ(caller->head("a").etag, hex_encode(md5_of("text")));
}

TEST_F(LocalObjectsTest, LinksLeadNowhere) {
  caller->make_bucket("bucket");
  const FolderForTest outside;
  outside.write("secret", "secret");
  fs::create_symlink(outside.path / "secret", folder.path / "bucket/file");
  fs::create_directory_symlink(outside.path, folder.path / "bucket/folder");
  fs::create_directory_symlink(outside.path, folder.path / "linked-bucket");
  ASSERT_EQ(::mkfifo((folder.path / "bucket/fifo").c_str(), 0600), 0);
  for (const char* key : {"file", "folder/secret", "fifo"}) {
    EXPECT_EQ(kind_of([&] { caller->get(key); }), ErrorKind::kNoSuchKey) << key;
    caller->remove(key);
  }
  EXPECT_TRUE(caller->keys().empty());
  caller->put("folder/secret", "mine");  // escaped: the link is in its way
  caller->put("folder/new", "mine");
  EXPECT_EQ(outside.read("secret"), "secret");
  EXPECT_FALSE(fs::exists(outside.path / "new"));
  EXPECT_EQ(caller->get("folder/secret"), "mine");
  caller->put("file", "mine");  // replaces the link itself
  EXPECT_EQ(outside.read("secret"), "secret");
  EXPECT_EQ(caller->get("file"), "mine");
  EXPECT_EQ(kind_of([&] { wait_for(objects->head_bucket("linked-bucket")); }),
            ErrorKind::kNoSuchBucket);
  EXPECT_EQ(wait_for(objects->list_buckets("")).size(), 1u);
}

TEST_F(LocalObjectsTest, ADroppedWriterLeavesNothing) {
  caller->make_bucket("bucket");
  caller->put("a", "old");
  {
    const auto writer = wait_for(objects->put_object("bucket", "a", {}));
    wait_for(writer->write(std::string(1'000'000, 'x')));
    wait_for(writer->write(std::string(1'000'000, 'x')));  // when the first is in the file
    EXPECT_EQ(files_below(".bedplate/staging"), 1u);
  }
  open();                                   // joins the threads that delete it
  EXPECT_EQ(files_below(".bedplate"), 1u);  // the bucket's record
  EXPECT_EQ(caller->get("a"), "old");
}

/// What a server that was killed at any point may leave, beside what it has published.
TEST_F(LocalObjectsTest, LeftoversOfACrashAreSwept) {
  caller->make_bucket("bucket");
  caller->put("a", "text");
  const fs::path dead = ".bedplate/staging/dead";
  folder.write(dead / "half", std::string(100, 'x'));
  folder.write(dead / "upload/upload.json", "{}");
  folder.write(".bedplate/uploads/bucket/" + std::string(40, 'a') + "/00001", "no record");
  folder.write(".bedplate/buckets/gone.json", "{\"owner\":\"1\"}");
  folder.write(".bedplate/escaped/bucket/not-hex", "?");
  folder.write(".bedplate/attributes/1-2-3", "{\"bucket\":\"bucket\",\"key\":\"a\"}\n{}");
  const timespec old[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  const fs::path stale = folder.path / ".bedplate/attributes/1-2-3";
  ASSERT_EQ(::utimensat(AT_FDCWD, stale.c_str(), old, 0), 0);
  open();
  EXPECT_FALSE(fs::exists(folder.path / dead));
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_EQ(caller->keys(), std::vector<std::string>{"a"});
  EXPECT_TRUE(wait_for(objects->list_multipart_uploads("bucket", {})).uploads.empty());
  EXPECT_EQ(wait_for(objects->list_buckets("")).size(), 1u);
  caller->make_bucket("gone");
  EXPECT_EQ(wait_for(objects->head_bucket("gone")).owner, "111122223333");
}

TEST_F(LocalObjectsTest, AnotherServersStagingIsLeftAlone) {
  caller->make_bucket("bucket");
  const auto writer = wait_for(objects->put_object("bucket", "a", {}));
  wait_for(writer->write(std::string(1'000'000, 'x')));
  LocalOptions options;
  options.directory = folder.path;
  options.durable = false;
  LocalObjects other(options, clock);
  wait_for(writer->commit({}));
  EXPECT_EQ(Caller(other).get("a").size(), 1'000'000u);
}

TEST_F(LocalObjectsTest, ARecordThatCannotBeReadOpensNothing) {
  caller->make_bucket("bucket");
  folder.write(".bedplate/buckets/bucket.json", "{\"owner\":");
  open();
  EXPECT_EQ(kind_of([&] { wait_for(objects->get_bucket_policy("bucket")); }),
            ErrorKind::kInternalError);
}

/// A write that fails half-way, as on a full disk.
TEST_F(LocalObjectsTest, AWriteThatFailsLeavesTheOldObject) {
  caller->make_bucket("bucket");
  caller->put("a", "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_action = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1'000'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto small_kind = kind_of([&] { caller->put("a", std::string(1'000'001, 'x')); });
  const auto large_kind = kind_of([&] { caller->put("a", std::string(9'000'000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_action);
  EXPECT_EQ(small_kind, ErrorKind::kStorageFull);
  EXPECT_EQ(large_kind, ErrorKind::kStorageFull);
  EXPECT_EQ(caller->get("a"), "old");
  open();
  EXPECT_EQ(files_below(".bedplate/staging"), 0u);
}

TEST_F(LocalObjectsTest, OneOfManyWritersWinsAndReadersSeeWholeObjects) {
  caller->make_bucket("bucket");
  const auto text_of = [](int writer) {
    return std::string(600'000 + writer, static_cast<char>('a' + writer));
  };
  caller->put("a", text_of(0));
  std::atomic<int> wrong{0};
  std::atomic<int> writing{4};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&, writer] {
      Caller own(*objects);
      PutOptions options;
      options.metadata = {{"writer", std::to_string(writer)}};
      for (int i = 0; i < 10; ++i) own.put("a", text_of(writer), options);
      --writing;
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      Caller own(*objects);
      while (writing > 0) {
        const std::string text = own.get("a");
        if (text != text_of(text.empty() ? 0 : text[0] - 'a')) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const ObjectInfo info = caller->head("a");
  EXPECT_EQ(info.etag, hex_encode(md5_of(caller->get("a"))));
  EXPECT_EQ(caller->get("a"), text_of(std::stoi(info.metadata.at("writer"))));
}

/// Folders come and go while others are about to put something into them.
TEST_F(LocalObjectsTest, PutsAndDeletesInOneFolder) {
  caller->make_bucket("bucket");
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&, n] {
      Caller own(*objects);
      const std::string key = "x/y/z/" + std::to_string(n);
      for (int i = 0; i < 100; ++i) {
        own.put(key, key);
        if (own.get(key) != key) ++failed;
        own.remove(key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(caller->keys().empty());
  EXPECT_EQ(files_below(".bedplate/escaped"), 0u);
}

TEST_F(LocalObjectsTest, OnlyOneOfManyCreatesAKey) {
  caller->make_bucket("bucket");
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
      threads.emplace_back([&] {
        Caller own(*objects);
        CommitOptions absent;
        absent.conditions.if_none_match = "*";
        if (!kind_of([&] { own.put("k" + std::to_string(round), "text", {}, absent); })) ++made;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(made, 1);
  }
}

TEST_F(LocalObjectsTest, ManyKeysArePaged) {
  std::vector<std::string> names;
  for (int i = 0; i < 3'000; ++i) names.push_back("k" + std::to_string(i));
  for (const std::string& name : names) folder.write("bucket/folder/" + name, "");
  const timespec old[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder.path / "bucket/folder").c_str(), old, 0), 0);
  std::sort(names.begin(), names.end());
  std::vector<std::string> listed;
  ListRequest request;
  request.prefix = "folder/";
  for (bool more = true; more;) {
    const ListPage page = caller->list(request);
    for (const auto& object : page.objects) listed.push_back(object.key.substr(7));
    request.continuation = page.continuation;
    more = page.truncated;
  }
  EXPECT_EQ(listed, names);
  folder.write("bucket/folder/k0a", "");  // the kept listing is not current any more
  request.continuation.clear();
  request.keys_max = 2;
  EXPECT_EQ(caller->keys(request), (std::vector<std::string>{"folder/k0", "folder/k0a"}));
}

}  // namespace
}  // namespace bedplate::objects
