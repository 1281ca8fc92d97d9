// What a running server leaves in its data directory for `env`, `chat` and `doctor` to find it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace bedplate::app {

struct ServerRecord {
  std::string url;  ///< e.g. http://127.0.0.1:4580
  long pid = 0;
  std::string certificate;  ///< path of a certificate that clients must be told to trust, or empty
};

/// Holds the data directory for one server at a time: an advisory lock that ends with the process.
class DataDirLock {
 public:
  /// Makes the directory (0700) when there is none. Throws std::runtime_error, with a text for the
  /// operator, when it cannot be used or another server holds it.
  explicit DataDirLock(std::filesystem::path data_dir);
  ~DataDirLock();
  DataDirLock(const DataDirLock&) = delete;
  DataDirLock& operator=(const DataDirLock&) = delete;

  /// Tells others where the server listens; withdrawn with the lock.
  void publish_blocking(const ServerRecord& record);

 private:
  std::filesystem::path data_dir_;
  int fd_ = -1;
};

/// Nothing when no server runs on that data directory.
std::optional<ServerRecord> find_server_blocking(const std::filesystem::path& data_dir);

}  // namespace bedplate::app
