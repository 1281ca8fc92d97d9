#include "objects/local/disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "base/log.hpp"
#include "objects/objects_error.hpp"

namespace bedplate::objects {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// For kernels and sandboxes without openat2(): one component after the other.
int walk_beneath(int directory, const std::string& path, int flags, mode_t mode) {
  Descriptor held;
  int folder = directory;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t slash = path.find('/', begin);
    const std::string name = path.substr(begin, slash - begin);
    if (slash == path.npos) return ::openat(folder, name.c_str(), flags | O_NOFOLLOW, mode);
    Descriptor next(::openat(folder, name.c_str(), kFolderFlags));
    if (!next) return -1;
    held = std::move(next);
    folder = held.get();
    begin = slash + 1;
  }
}

int open_beneath(int directory, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long descriptor = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
  if (descriptor >= 0) return static_cast<int>(descriptor);
  if (errno != ENOSYS && errno != EPERM && errno != EAGAIN) return -1;
  return walk_beneath(directory, path, flags | O_CLOEXEC, mode);
}

}  // namespace

void throw_disk_error(int error, std::string_view doing) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    log::error("objects: no space is left: {}", doing);
    throw objects_error(ErrorKind::kStorageFull);
  }
  log::error("objects: {}: {}", doing, std::strerror(error));
  if (error == EACCES || error == EPERM || error == EROFS) {
    throw objects_error(ErrorKind::kAccessDenied);
  }
  if (error == EMFILE || error == ENFILE || error == ENOMEM) {
    throw objects_error(ErrorKind::kSlowDown);
  }
  throw objects_error(ErrorKind::kInternalError);
}

Descriptor open_beneath_blocking(int directory, const std::string& path, int flags, mode_t mode) {
  return Descriptor(open_beneath(directory, path, flags, mode));
}

Descriptor open_folder_beneath_blocking(int directory, const std::string& path) {
  return open_beneath_blocking(directory, path, O_RDONLY | O_DIRECTORY);
}

Descriptor make_folders_beneath_blocking(int directory, const std::string& path, bool durable) {
  Descriptor held;
  int folder = directory;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    Descriptor next(::openat(folder, name.c_str(), kFolderFlags));
    if (!next && errno == ENOENT) {
      if (::mkdirat(folder, name.c_str(), 0777) == 0) {
        if (durable) sync_blocking(folder);
      } else if (errno != EEXIST) {
        return Descriptor();
      }
      next = Descriptor(::openat(folder, name.c_str(), kFolderFlags));
    }
    if (!next) return Descriptor();
    held = std::move(next);
    folder = held.get();
    begin = end + 1;
  }
  return held;
}

void write_all_blocking(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw_disk_error(errno, "writing an object");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_at_blocking(int file, std::uint64_t offset, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t got =
        ::pread(file, out.data() + have, bytes - have, static_cast<off_t>(offset + have));
    if (got < 0) {
      if (errno == EINTR) continue;
      throw_disk_error(errno, "reading an object");
    }
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

void sync_blocking(int descriptor) {
  // EINVAL: a file system that cannot do it for a folder.
  if (::fsync(descriptor) != 0 && errno != EINVAL) throw_disk_error(errno, "fsync");
}

void delete_contents_blocking(int folder) {
  const int copy = ::openat(folder, ".", kFolderFlags);
  if (copy < 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    return;
  }
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (::unlinkat(folder, name.c_str(), 0) == 0) continue;
    const Descriptor below(::openat(folder, name.c_str(), kFolderFlags));
    if (!below) continue;
    delete_contents_blocking(below.get());
    ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
  }
}

std::int64_t modified_ns(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace bedplate::objects
