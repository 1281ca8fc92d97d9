// What the tests of objects share: a folder of their own, and calls that wait.
#pragma once

#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "base/clock.hpp"
#include "objects/local/local_objects.hpp"

namespace bedplate::objects {

class FolderForTest {
 public:
  FolderForTest() {
    std::string name = (std::filesystem::temp_directory_path() / "objects-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path = name;
  }
  ~FolderForTest() { std::filesystem::remove_all(path); }
  FolderForTest(const FolderForTest&) = delete;

  void write(const std::filesystem::path& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }
  std::string read(const std::filesystem::path& name) const {
    std::ostringstream text;
    text << std::ifstream(path / name, std::ios::binary).rdbuf();
    return text.str();
  }

  std::filesystem::path path;
};

template <class T>
Task<> keep_result(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

/// Runs a task to its end on the calling thread. Readers and writers go on in the same loop.
inline void wait_for(Task<> task) {
  thread_local boost::asio::io_context context;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(task),
                        [&failure](std::exception_ptr problem) { failure = problem; });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
}
template <class T>
T wait_for(Task<T> task) {
  std::optional<T> result;
  wait_for(keep_result(std::move(task), result));
  return std::move(*result);
}

/// The objects' calls, each waited for. Every thread may have its own.
class Caller {
 public:
  explicit Caller(Objects& objects) : objects(objects) {}

  void make_bucket(const std::string& bucket) {
    wait_for(objects.create_bucket(bucket, "111122223333", "us-east-1"));
  }
  ObjectInfo put(const std::string& key, const std::string& text, PutOptions options = {},
                 CommitOptions commit = {}) {
    return wait_for(put_task(key, text, std::move(options), std::move(commit)));
  }
  std::string get(const std::string& key, GetOptions options = {}) {
    return wait_for(get_task(key, std::move(options)));
  }
  ObjectInfo head(const std::string& key, GetOptions options = {}) {
    return wait_for(objects.head_object(bucket, key, std::move(options)));
  }
  void remove(const std::string& key) { wait_for(objects.delete_object(bucket, key, {})); }
  ListPage list(ListRequest request = {}) {
    return wait_for(objects.list_objects(bucket, std::move(request)));
  }
  std::vector<std::string> keys(ListRequest request = {}) {
    std::vector<std::string> out;
    for (const ListedObject& object : list(std::move(request)).objects) out.push_back(object.key);
    return out;
  }
  /// A part's ETag.
  std::string put_part(const UploadAddress& upload, std::uint32_t number, const std::string& text) {
    return wait_for(part_task(upload, number, text)).etag;
  }

  Objects& objects;
  std::string bucket = "bucket";

 private:
  Task<ObjectInfo> put_task(std::string key, std::string text, PutOptions options,
                            CommitOptions commit) {
    const auto writer = co_await objects.put_object(bucket, key, std::move(options));
    // In pieces of odd sizes, as they come from a network.
    for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size * 3 + 1) {
      co_await writer->write(text.substr(at, size));
    }
    co_return co_await writer->commit(std::move(commit));
  }
  Task<std::string> get_task(std::string key, GetOptions options) {
    const auto reader = co_await objects.get_object(bucket, key, std::move(options));
    std::string text;
    for (;;) {
      const std::string piece = co_await reader->read();
      if (piece.empty()) co_return text;
      text += piece;
    }
  }
  Task<ObjectInfo> part_task(UploadAddress upload, std::uint32_t number, std::string text) {
    PutOptions options;
    const auto writer = co_await objects.upload_part(upload, number, std::move(options));
    co_await writer->write(std::move(text));
    CommitOptions commit;
    co_return co_await writer->commit(std::move(commit));
  }
};

/// The kind of the ObjectsError that `call` throws; nothing when it throws none.
template <class Call>
std::optional<ErrorKind> kind_of(Call call) {
  try {
    call();
  } catch (const ObjectsError& error) {
    return error.kind;
  }
  return {};
}

}  // namespace bedplate::objects
