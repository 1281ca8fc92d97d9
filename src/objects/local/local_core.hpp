// What the local implementation's pieces share: the files, and the threads that touch them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "async/blocking_pool.hpp"
#include "objects/local/attribute_files.hpp"
#include "objects/local/bucket_files.hpp"
#include "objects/local/folders.hpp"
#include "objects/local/key_walk.hpp"
#include "objects/local/local_objects.hpp"
#include "objects/local/object_files.hpp"
#include "objects/local/upload_files.hpp"

namespace bedplate::objects {

/// Everything here blocks. Whoever works with it holds it: it outlives its last writer.
struct LocalCore {
  explicit LocalCore(const LocalOptions& options)
      : folders(Folders::open_blocking(options.directory, options.durable)),
        attributes(std::move(folders.attributes), options.use_extended_attributes),
        objects(folders, attributes),
        buckets(folders, objects, listings, options.operator_account, options.default_region),
        uploads(folders, attributes, objects) {
    objects.sweep_blocking();
  }

  Folders folders;
  AttributeFiles attributes;
  FolderListings listings;
  ObjectFiles objects;
  BucketFiles buckets;
  UploadFiles uploads;
};

/// The threads. Readers and writers hold it, and may be dropped after close().
class LocalPool {
 public:
  explicit LocalPool(std::size_t threads)
      : pool_(std::make_unique<BlockingPool>("objects", threads, kQueueMax)) {}

  /// on(), with the error of this folder for a full queue.
  template <class Function>
  Task<std::invoke_result_t<Function>> run(Function function) {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<Function>>) {
        co_await on(*pool_, std::move(function));
        co_return;
      } else {
        co_return co_await on(*pool_, std::move(function));
      }
    } catch (const ApiError&) {
      throw objects_error(ErrorKind::kSlowDown);
    }
  }
  /// False when the queue is full or the pool is closed.
  bool try_submit(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    return pool_ && pool_->try_submit(std::move(work));
  }
  /// Lets go of something whose end blocks (a file that is deleted with it).
  template <class Held>
  void drop(std::shared_ptr<Held> held) {
    if (!held) return;
    auto box = std::make_shared<std::shared_ptr<Held>>(std::move(held));
    if (!try_submit([box] { box->reset(); })) box->reset();
  }
  /// Ends what is queued and joins the threads.
  void close() {
    std::unique_ptr<BlockingPool> pool;
    {
      const std::lock_guard lock(mutex_);
      pool = std::move(pool_);
    }
  }

 private:
  static constexpr std::size_t kQueueMax = 4096;
  std::mutex mutex_;
  std::unique_ptr<BlockingPool> pool_;
};

}  // namespace bedplate::objects
