// Where the attributes of objects are: with the file itself, as an extended attribute. So they come
// and go with it in one rename, and there is nothing to keep in step. Where the file system has
// none or they are too long for it, a file of their own, named after the file's inode and time.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace bedplate::objects {

class AttributeFiles {
 public:
  /// `folder`: of the files of their own.
  AttributeFiles(Descriptor folder, bool use_extended_attributes);

  /// Writes the attributes of the open `file`, which is complete: `status` is its own and will not
  /// change. `where` is for the sweep: what leads to the file when it is published.
  void write_blocking(int file, const struct stat& status, std::string_view where,
                      const std::string& text, bool durable);
  /// The same for a file that is not ours, if the file system lets us. No file of their own.
  bool try_write_blocking(int file, const std::string& text) const;
  std::optional<std::string> read_blocking(int file, const struct stat& status) const;
  /// Whether files are replaced and deleted with forget_blocking(): false until the first one has
  /// attributes in a file of their own.
  bool has_files() const { return has_files_.load(std::memory_order_relaxed); }
  /// The file that `status` was of is no more.
  void forget_blocking(const struct stat& status) const;
  /// Deletes those whose object is gone: `is_current(where, status name)` says so. Files younger
  /// than an hour stay: another server may be about to publish theirs.
  void sweep_blocking(const std::function<bool(const std::string& where, const std::string& name)>&
                          is_current) const;

  /// "inode-time-size".
  static std::string name_of(const struct stat& status);

 private:
  Descriptor folder_;
  bool use_extended_attributes_;
  std::atomic<bool> has_files_{false};
};

}  // namespace bedplate::objects
