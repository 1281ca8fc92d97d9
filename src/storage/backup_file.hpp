// The file that a backup ends in: complete and private, or not there.
#pragma once

#include <filesystem>

namespace bedplate::storage {

class BackupFile {
 public:
  /// Makes an empty temporary file (mode 0600) beside `file`. Throws std::runtime_error when that
  /// fails, or when `file` exists and `overwrite` is not set.
  BackupFile(std::filesystem::path file, bool overwrite);
  ~BackupFile();  ///< removes the temporary file when it was not published
  BackupFile(const BackupFile&) = delete;
  BackupFile& operator=(const BackupFile&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }
  /// Writes it through to the disk and gives it its name. Throws std::runtime_error.
  void publish();

 private:
  std::filesystem::path file_;
  std::filesystem::path temporary_;
  bool overwrite_;
};

/// Makes names in a folder durable. Best effort: not every file system can.
void sync_folder_blocking(const std::filesystem::path& folder);

}  // namespace bedplate::storage
