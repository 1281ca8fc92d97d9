#include "storage/backup_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/ids.hpp"
#include "storage/errors.hpp"

namespace bedplate::storage {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  const std::string text =
      fmt::format("{}: cannot {}: {}", file.string(), what, std::strerror(errno));
  if (errno == ENOSPC || errno == EDQUOT) throw StoreFull(text);
  throw std::runtime_error(text);
}

[[noreturn]] void refuse_to_overwrite(const std::filesystem::path& file) {
  throw std::runtime_error(
      fmt::format("{} exists: choose another name, or overwrite it with --force", file.string()));
}

}  // namespace

BackupFile::BackupFile(std::filesystem::path file, bool overwrite)
    : file_(std::move(file)), overwrite_(overwrite) {
  std::error_code ignored;
  if (!overwrite_ && std::filesystem::exists(std::filesystem::symlink_status(file_, ignored))) {
    refuse_to_overwrite(file_);
  }
  temporary_ = file_;
  temporary_ += fmt::format(".{}.partial", random_uuid());
  const int fd = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) fail(temporary_, "create it");
  ::close(fd);
}

BackupFile::~BackupFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void BackupFile::publish() {
  const int fd = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(temporary_, "open it");
  const bool synced = ::fsync(fd) == 0;
  const int problem = errno;
  ::close(fd);
  errno = problem;
  if (!synced) fail(temporary_, "write it");
  if (overwrite_) {
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail(file_, "create it");
    temporary_.clear();
  } else if (::link(temporary_.c_str(), file_.c_str()) != 0) {
    // link(), unlike rename(), fails when the name was taken meanwhile.
    if (errno == EEXIST) refuse_to_overwrite(file_);
    if (errno != EPERM && errno != EOPNOTSUPP) fail(file_, "create it");
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail(file_, "create it");
    temporary_.clear();
  }
  sync_folder_blocking(file_.parent_path());
}

void sync_folder_blocking(const std::filesystem::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace bedplate::storage
