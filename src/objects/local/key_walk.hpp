// Keys of a bucket in the order of their bytes, from any key on, without reading what is not
// passed.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"

namespace bedplate::objects {

/// What the components of a path stand for: themselves, or hex digits of a key.
enum class KeyCoding { kNatural, kEscaped };

/// A folder's files and folders by the piece of the key that they stand for. A folder's piece has
/// its '/' (natural), so that the order of the pieces is the order of the keys below them.
struct FolderEntry {
  std::string piece;
  bool is_folder = false;
};
using FolderEntries = std::vector<FolderEntry>;

/// Sorted listings of large folders, for the next page. Bounded.
class FolderListings {
 public:
  std::shared_ptr<const FolderEntries> read_blocking(int folder, KeyCoding coding);

 private:
  static constexpr std::size_t kEntriesMin = 256;        ///< a smaller folder is read again
  static constexpr std::size_t kEntriesMax = 1'000'000;  ///< of all that are kept
  struct Kept {
    dev_t device;
    ino_t inode;
    std::int64_t modified_ns;
    KeyCoding coding;
    std::shared_ptr<const FolderEntries> entries;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;  ///< the latest used first
  std::size_t entries_ = 0;
};

/// One tree of files. Keys that are too long, or no UTF-8, are passed over.
class KeyWalk {
 public:
  /// `root`: the bucket's folder; none: there is nothing.
  KeyWalk(Descriptor root, KeyCoding coding, FolderListings& listings);

  /// Goes on to the first key that is not less than `key`: never back.
  void seek_blocking(const std::string& key);
  void next_blocking();
  bool at_end() const { return frames_.empty(); }
  const std::string& key() const { return key_; }
  /// Opens the key's file; none when it has gone.
  Descriptor open_blocking() const;

 private:
  struct Frame {
    Descriptor folder;
    std::shared_ptr<const FolderEntries> entries;
    std::size_t index = 0;
    std::string base;  ///< what the keys below it begin with
  };
  static void position(Frame& frame, const std::string& from);
  void enter(Descriptor folder, std::string base, const std::string& from);
  void settle(const std::string& from);

  int root_;
  Descriptor root_folder_;
  KeyCoding coding_;
  FolderListings& listings_;
  bool begun_ = false;
  std::vector<Frame> frames_;  ///< the folders down to the key's; none: at the end
  std::string key_;
};

}  // namespace bedplate::objects
