#include "objects/local/attribute_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/limits.h>
#include <sys/xattr.h>
#include <time.h>

#include <cerrno>
#include <memory>

#include "base/ids.hpp"
#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace {

constexpr const char* kAttribute = "user.bedplate";
constexpr std::string_view kElsewhere = "file";  ///< the attribute's value: see the other file
constexpr std::size_t kUsualBytes = 1024;
constexpr int kSweepAgeSeconds = 3600;
constexpr off_t kFileBytesMax = 16 << 20;

bool set_attribute(int file, std::string_view text) {
  return ::fsetxattr(file, kAttribute, text.data(), text.size(), 0) == 0;
}

std::optional<std::string> get_attribute(int file) {
  std::string text(kUsualBytes, '\0');
  ssize_t size = ::fgetxattr(file, kAttribute, text.data(), text.size());
  if (size < 0 && errno == ERANGE) {
    text.resize(XATTR_SIZE_MAX);
    size = ::fgetxattr(file, kAttribute, text.data(), text.size());
  }
  if (size < 0) return {};
  text.resize(static_cast<std::size_t>(size));
  return text;
}

using Listing = std::unique_ptr<DIR, int (*)(DIR*)>;
Listing open_listing(int folder) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return {copy < 0 ? nullptr : ::fdopendir(copy), ::closedir};
}

}  // namespace

AttributeFiles::AttributeFiles(Descriptor folder, bool use_extended_attributes)
    : folder_(std::move(folder)), use_extended_attributes_(use_extended_attributes) {
  const Listing listing = open_listing(folder_.get());
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    if (entry->d_name[0] != '.') has_files_ = true;
  }
}

std::string AttributeFiles::name_of(const struct stat& status) {
  return fmt::format("{:x}-{:x}-{:x}", status.st_ino, modified_ns(status), status.st_size);
}

void AttributeFiles::write_blocking(int file, const struct stat& status, std::string_view where,
                                    const std::string& text, bool durable) {
  if (use_extended_attributes_) {
    if (set_attribute(file, text)) return;
    const int error = errno;
    const bool too_long = error == ENOSPC || error == E2BIG || error == ERANGE;
    if (!too_long && error != ENOTSUP && error != EPERM) {
      throw_disk_error(error, "writing an object's attributes");
    }
    // A disk that is full has no room for the other file either, and that one says so. The
    // mark may fail, too: then the file is looked for at each read.
    if (too_long) std::ignore = set_attribute(file, kElsewhere);
  }
  const std::string name = name_of(status);
  const std::string staged = "." + random_base36(20);
  {
    const Descriptor out(::openat(folder_.get(), staged.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!out) throw_disk_error(errno, "writing an object's attributes");
    try {
      write_all_blocking(out.get(), where);
      write_all_blocking(out.get(), "\n");
      write_all_blocking(out.get(), text);
      if (durable) sync_blocking(out.get());
    } catch (...) {
      ::unlinkat(folder_.get(), staged.c_str(), 0);
      throw;
    }
  }
  if (::renameat(folder_.get(), staged.c_str(), folder_.get(), name.c_str()) != 0) {
    throw_disk_error(errno, "writing an object's attributes");
  }
  if (durable) sync_blocking(folder_.get());
  has_files_ = true;
}

bool AttributeFiles::try_write_blocking(int file, const std::string& text) const {
  return use_extended_attributes_ && set_attribute(file, text);
}

std::optional<std::string> AttributeFiles::read_blocking(int file,
                                                         const struct stat& status) const {
  bool look = !use_extended_attributes_ || has_files();
  if (use_extended_attributes_) {
    const auto text = get_attribute(file);
    if (text && *text != kElsewhere) return text;
    look = look || text || errno == ENOTSUP;
  }
  if (!look) return {};
  const Descriptor in(
      ::openat(folder_.get(), name_of(status).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat size {};
  if (!in || ::fstat(in.get(), &size) != 0 || size.st_size > kFileBytesMax) return {};
  const std::string all = read_at_blocking(in.get(), 0, static_cast<std::size_t>(size.st_size));
  const std::size_t end = all.find('\n');
  if (end == all.npos) return {};
  return all.substr(end + 1);
}

void AttributeFiles::forget_blocking(const struct stat& status) const {
  ::unlinkat(folder_.get(), name_of(status).c_str(), 0);
}

void AttributeFiles::sweep_blocking(
    const std::function<bool(const std::string& where, const std::string& name)>& is_current)
    const {
  const Listing listing = open_listing(folder_.get());
  const time_t now = ::time(nullptr);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat status {};
    if (::fstatat(folder_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (now - status.st_mtime < kSweepAgeSeconds) continue;
    const Descriptor in(::openat(folder_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!in) continue;
    const std::string head = read_at_blocking(in.get(), 0, 8192);
    if (!is_current(head.substr(0, head.find('\n')), name)) {
      ::unlinkat(folder_.get(), name.c_str(), 0);
    }
  }
}

}  // namespace bedplate::objects
