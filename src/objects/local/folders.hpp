// The folders that the local objects live in. What is not a bucket is below `.bedplate`, a name
// that no bucket can have.
#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.hpp"
#include "objects/objects_error.hpp"

namespace bedplate::objects {

/// Opened once. Several servers may share one folder: each stages in a folder of its own, which it
/// holds locked while it lives.
struct Folders {
  /// Makes what is missing and deletes what servers that are no more have left in their staging
  /// folders. Throws std::runtime_error that names the path.
  static Folders open_blocking(const std::filesystem::path& directory, bool durable);
  ~Folders();
  Folders(Folders&&) = default;

  Descriptor root;        ///< one folder for each bucket
  Descriptor staging;     ///< files that are being written, on their way to a rename
  Descriptor escaped;     ///< one folder for each bucket with keys that are no paths
  Descriptor uploads;     ///< bucket/upload/part
  Descriptor buckets;     ///< bucket.json: owner, region, policy
  Descriptor attributes;  ///< taken by AttributeFiles
  bool durable = true;

 private:
  Folders() = default;
  Descriptor stagings_;
  std::string staging_name_;
};

/// A file on its way: nobody sees it before publish_blocking(), and nothing is left of it when it
/// is dropped before. Must not outlive its Folders.
class StagedFile {
 public:
  explicit StagedFile(const Folders& folders);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  int descriptor() const { return file_.get(); }
  void append_blocking(std::string_view bytes);
  /// Renames it to `name` in the open `folder`. False, with errno, when that fails: it can be tried
  /// elsewhere.
  bool publish_blocking(int folder, const std::string& name);

 private:
  const Folders& folders_;
  std::string name_;  ///< empty: published
  Descriptor file_;
};

/// Writes a small file in one rename.
void replace_file_blocking(const Folders& folders, int folder, const std::string& name,
                           std::string_view text);

}  // namespace bedplate::objects
