#include "objects/local/key_walk.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "objects/local/disk.hpp"
#include "objects/local/key_path.hpp"
#include "objects/objects.hpp"

namespace bedplate::objects {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/// A folder that was changed within this time may be changed again without a new time stamp.
constexpr std::int64_t kSettledNs = 100'000'000;

std::optional<FolderEntry> entry_of(int folder, const dirent& found, KeyCoding coding) {
  const std::string name = found.d_name;
  if (name == "." || name == "..") return {};
  unsigned char type = found.d_type;
  if (type == DT_UNKNOWN) {
    struct stat status {};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    type = S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : DT_UNKNOWN;
  }
  if (type != DT_REG && type != DT_DIR) return {};
  const bool is_folder = type == DT_DIR;
  if (coding == KeyCoding::kNatural) return FolderEntry{is_folder ? name + "/" : name, is_folder};
  auto piece = unescape_piece(name, is_folder);
  if (!piece) return {};
  return FolderEntry{std::move(*piece), is_folder};
}

bool comes_before(const FolderEntry& a, const FolderEntry& b) {
  return a.piece != b.piece ? a.piece < b.piece : a.is_folder < b.is_folder;
}

FolderEntries read_folder(int folder, KeyCoding coding) {
  FolderEntries out;
  const int copy = ::openat(folder, ".", kFolderFlags);
  if (copy < 0) throw_disk_error(errno, "listing a folder");
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    throw_disk_error(errno, "listing a folder");
  }
  while (const dirent* found = ::readdir(listing.get())) {
    if (auto entry = entry_of(folder, *found, coding)) out.push_back(std::move(*entry));
  }
  std::sort(out.begin(), out.end(), comes_before);
  return out;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SystemClock::now().time_since_epoch())
      .count();
}

}  // namespace

std::shared_ptr<const FolderEntries> FolderListings::read_blocking(int folder, KeyCoding coding) {
  struct stat before {};
  if (::fstat(folder, &before) != 0) throw_disk_error(errno, "listing a folder");
  {
    const std::lock_guard lock(mutex_);
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
      if (kept->device != before.st_dev || kept->inode != before.st_ino || kept->coding != coding) {
        continue;
      }
      if (kept->modified_ns == modified_ns(before)) {
        kept_.splice(kept_.begin(), kept_, kept);
        return kept_.front().entries;
      }
      entries_ -= kept->entries->size();
      kept_.erase(kept);
      break;
    }
  }
  const bool settled = now_ns() - modified_ns(before) > kSettledNs;
  auto entries = std::make_shared<const FolderEntries>(read_folder(folder, coding));
  struct stat after {};
  if (!settled || entries->size() < kEntriesMin || entries->size() > kEntriesMax ||
      ::fstat(folder, &after) != 0 || modified_ns(after) != modified_ns(before)) {
    return entries;
  }
  const std::lock_guard lock(mutex_);
  kept_.push_front({before.st_dev, before.st_ino, modified_ns(before), coding, entries});
  entries_ += entries->size();
  while (entries_ > kEntriesMax) {
    entries_ -= kept_.back().entries->size();
    kept_.pop_back();
  }
  return entries;
}

KeyWalk::KeyWalk(Descriptor root, KeyCoding coding, FolderListings& listings)
    : root_folder_(std::move(root)), coding_(coding), listings_(listings) {
  root_ = root_folder_.get();
}

void KeyWalk::seek_blocking(const std::string& key) {
  if (root_ < 0) return;
  if (begun_) {
    if (frames_.empty() || key_ >= key) return;
    // The folders that both keys are in need not be read again. The first has an empty base.
    while (!key.starts_with(frames_.back().base)) frames_.pop_back();
    position(frames_.back(), key);
  } else {
    begun_ = true;
    Descriptor folder(::openat(root_, ".", kFolderFlags));
    if (!folder) return;
    enter(std::move(folder), "", key);
  }
  settle(key);
}

/// Puts a frame at its first entry that can have a key from `from` on.
void KeyWalk::position(Frame& frame, const std::string& from) {
  // Here all keys begin with the base. Beyond `from`, every one is wanted.
  if (!from.starts_with(frame.base) || from.size() == frame.base.size()) return;
  const FolderEntries& entries = *frame.entries;
  const std::string rest = from.substr(frame.base.size());
  const auto less = [](const FolderEntry& entry, const std::string& piece) {
    return entry.piece < piece;
  };
  frame.index = static_cast<std::size_t>(
      std::lower_bound(entries.begin(), entries.end(), rest, less) - entries.begin());
  if (frame.index > 0) {
    const FolderEntry& before = entries[frame.index - 1];
    if (before.is_folder && rest.starts_with(before.piece)) --frame.index;
  }
}

void KeyWalk::enter(Descriptor folder, std::string base, const std::string& from) {
  Frame frame;
  frame.entries = listings_.read_blocking(folder.get(), coding_);
  frame.folder = std::move(folder);
  frame.base = std::move(base);
  position(frame, from);
  frames_.push_back(std::move(frame));
}

/// Stops at the first file from where the frames are; `from` is where folders on its way begin.
void KeyWalk::settle(const std::string& from) {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.index >= frame.entries->size()) {
      frames_.pop_back();
      if (!frames_.empty()) ++frames_.back().index;
      continue;
    }
    const FolderEntry& entry = (*frame.entries)[frame.index];
    std::string key = frame.base + entry.piece;
    if (key.size() > kKeyBytesMax || (!entry.is_folder && !is_valid_utf8(key))) {
      ++frame.index;
      continue;
    }
    if (!entry.is_folder) {
      key_ = std::move(key);
      return;
    }
    const std::string name = coding_ == KeyCoding::kNatural
                                 ? entry.piece.substr(0, entry.piece.size() - 1)
                                 : escape_piece(entry.piece, true);
    Descriptor folder(::openat(frame.folder.get(), name.c_str(), kFolderFlags));
    if (!folder) {
      if (errno == EMFILE || errno == ENFILE) throw_disk_error(errno, "listing a folder");
      ++frame.index;
      continue;
    }
    enter(std::move(folder), std::move(key), from);
  }
}

void KeyWalk::next_blocking() {
  ++frames_.back().index;
  settle(key_);
}

Descriptor KeyWalk::open_blocking() const {
  const Frame& frame = frames_.back();
  const std::string piece = key_.substr(frame.base.size());
  const std::string name =
      coding_ == KeyCoding::kNatural ? piece : escape_piece(piece, /*folder=*/false);
  return Descriptor(
      ::openat(frame.folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace bedplate::objects
