#include "objects/local/folders.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/ids.hpp"
#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace {

constexpr const char* kHidden = ".bedplate";
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::runtime_error failure(const std::filesystem::path& path) {
  return std::runtime_error(fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

Descriptor make_folder(int parent, const char* name, const std::filesystem::path& shown) {
  if (::mkdirat(parent, name, 0700) != 0 && errno != EEXIST) throw failure(shown / name);
  Descriptor folder(::openat(parent, name, kFolderFlags));
  if (!folder) throw failure(shown / name);
  return folder;
}

bool is_the_same(int folder, int parent, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(folder, &opened) == 0 &&
         ::fstatat(parent, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/// Whoever holds the lock of a staging folder lives; a crash lets go of it.
void sweep_stagings(int stagings) {
  const int copy = ::openat(stagings, ".", kFolderFlags);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy < 0 ? nullptr : ::fdopendir(copy),
                                                    ::closedir);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const Descriptor folder(::openat(stagings, name.c_str(), kFolderFlags));
    if (!folder || ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) continue;
    delete_contents_blocking(folder.get());
    ::unlinkat(stagings, name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace

Folders Folders::open_blocking(const std::filesystem::path& directory, bool durable) {
  Folders out;
  out.durable = durable;
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  // The folder itself may be a link: whoever configured it meant where it leads.
  out.root = Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!out.root) throw failure(directory);
  const Descriptor hidden = make_folder(out.root.get(), kHidden, directory);
  const std::filesystem::path shown = directory / kHidden;
  out.stagings_ = make_folder(hidden.get(), "staging", shown);
  out.escaped = make_folder(hidden.get(), "escaped", shown);
  out.uploads = make_folder(hidden.get(), "uploads", shown);
  out.buckets = make_folder(hidden.get(), "buckets", shown);
  out.attributes = make_folder(hidden.get(), "attributes", shown);
  sweep_stagings(out.stagings_.get());
  do {  // until no other server's sweep has come between making and locking it
    out.staging_name_ = random_base36(16);
    out.staging = make_folder(out.stagings_.get(), out.staging_name_.c_str(), shown / "staging");
  } while (::flock(out.staging.get(), LOCK_EX | LOCK_NB) != 0 ||
           !is_the_same(out.staging.get(), out.stagings_.get(), out.staging_name_));
  return out;
}

Folders::~Folders() {
  if (!staging) return;
  delete_contents_blocking(staging.get());
  ::unlinkat(stagings_.get(), staging_name_.c_str(), AT_REMOVEDIR);
}

StagedFile::StagedFile(const Folders& folders) : folders_(folders), name_(random_base36(20)) {
  file_ = Descriptor(::openat(folders.staging.get(), name_.c_str(),
                              O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file_) throw_disk_error(errno, "staging an object");
}

StagedFile::~StagedFile() {
  if (!name_.empty()) ::unlinkat(folders_.staging.get(), name_.c_str(), 0);
}

void StagedFile::append_blocking(std::string_view bytes) {
  write_all_blocking(file_.get(), bytes);
}

bool StagedFile::publish_blocking(int folder, const std::string& name) {
  if (::renameat(folders_.staging.get(), name_.c_str(), folder, name.c_str()) != 0) return false;
  name_.clear();
  return true;
}

void replace_file_blocking(const Folders& folders, int folder, const std::string& name,
                           std::string_view text) {
  StagedFile file(folders);
  file.append_blocking(text);
  if (folders.durable) sync_blocking(file.descriptor());
  if (!file.publish_blocking(folder, name)) throw_disk_error(errno, "replacing " + name);
  if (folders.durable) sync_blocking(folder);
}

}  // namespace bedplate::objects
