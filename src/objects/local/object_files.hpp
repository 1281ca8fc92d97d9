// Objects as files: finding, describing, publishing and deleting them.
#pragma once

#include <sys/stat.h>

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "base/descriptor.hpp"
#include "objects/local/attribute_files.hpp"
#include "objects/local/folders.hpp"
#include "objects/local/stored_attributes.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {

/// An object's file, open, of the version that was current then.
struct OpenObject {
  Descriptor file;
  struct stat status {};
  StoredAttributes attributes;  ///< complete: of this content
  ObjectInfo info(const std::string& key) const;
};

/// ETags of files that we may not write to, by inode, time and size. Bounded.
class RememberedEtags {
 public:
  std::optional<std::string> find(const std::string& name);
  void add(const std::string& name, const std::string& etag);

 private:
  static constexpr std::size_t kEtagsMax = 10'000;
  std::mutex mutex_;
  std::map<std::string, std::string> etags_;
};

/// Safe from every thread that may block. A key's file is at its natural path, if it has one and
/// neither a folder nor a file is in the way, else at its escaped path; a natural one hides an
/// escaped one.
class ObjectFiles {
 public:
  ObjectFiles(const Folders& folders, AttributeFiles& attributes)
      : folders_(folders), attributes_(attributes) {}

  /// Throws kNoSuchBucket unless there is a folder for it.
  void check_bucket_blocking(const std::string& bucket) const;
  std::optional<OpenObject> find_blocking(const std::string& bucket, const std::string& key);
  /// Throws kNoSuchKey or kNoSuchBucket.
  OpenObject open_blocking(const std::string& bucket, const std::string& key);
  /// Of an open regular file that is an object; `key` decides the content type of one that somebody
  /// has put there by hand. Reads it for its MD5 when it is small and not ours.
  OpenObject describe_blocking(Descriptor file, const struct stat& status, const std::string& key);

  /// Puts the staged file, which is complete, in the place of the object before it. Size and time
  /// of `attributes` are filled in here.
  ObjectInfo publish_blocking(StagedFile& staged, const std::string& bucket, const std::string& key,
                              StoredAttributes attributes, const Conditions& conditions);
  /// False when there was none.
  bool delete_blocking(const std::string& bucket, const std::string& key,
                       const Conditions& conditions);
  void put_tags_blocking(const std::string& bucket, const std::string& key, ObjectTags tags);

  /// Held by whoever puts into the bucket, and alone by whoever deletes it.
  std::shared_mutex& bucket_lock(const std::string& bucket);

  /// Deletes attribute files whose object is gone.
  void sweep_blocking();

 private:
  std::mutex& lock_of(const std::string& bucket, const std::string& key);
  std::string etag_blocking(int file, const struct stat& status);
  void check_conditions_blocking(const std::string& bucket, const std::string& key,
                                 const Conditions& conditions);
  void forget_attributes_blocking(const std::string& bucket, const std::string& key);
  Descriptor place_blocking(StagedFile& staged, const std::string& bucket, const std::string& key);
  bool is_current_blocking(const std::string& where, const std::string& name);

  const Folders& folders_;
  AttributeFiles& attributes_;
  RememberedEtags remembered_;
  std::array<std::shared_mutex, 64> bucket_locks_;
  std::array<std::mutex, 64> locks_;  ///< one for each key of a share: check, then rename
};

}  // namespace bedplate::objects
