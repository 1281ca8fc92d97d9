#include "objects/local/listing.hpp"

#include <fcntl.h>

#include "base/bytes.hpp"
#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace {

/// Both trees of a bucket as one.
class BucketWalk {
 public:
  BucketWalk(const Folders& folders, FolderListings& listings, const std::string& bucket)
      : natural_(open_folder_beneath_blocking(folders.root.get(), bucket), KeyCoding::kNatural,
                 listings),
        escaped_(open_folder_beneath_blocking(folders.escaped.get(), bucket), KeyCoding::kEscaped,
                 listings) {}

  void seek_blocking(const std::string& key) {
    natural_.seek_blocking(key);
    escaped_.seek_blocking(key);
  }
  bool at_end() const { return natural_.at_end() && escaped_.at_end(); }
  const std::string& key() const { return current().key(); }
  void next_blocking() {
    // A natural file hides an escaped one of the same key.
    if (!natural_.at_end() && !escaped_.at_end() && natural_.key() == escaped_.key()) {
      escaped_.next_blocking();
    }
    const bool natural = is_natural();
    (natural ? natural_ : escaped_).next_blocking();
  }
  Descriptor open_blocking() const { return current().open_blocking(); }

 private:
  bool is_natural() const {
    return escaped_.at_end() || (!natural_.at_end() && natural_.key() <= escaped_.key());
  }
  const KeyWalk& current() const { return is_natural() ? natural_ : escaped_; }

  KeyWalk natural_;
  KeyWalk escaped_;
};

/// The least text that is greater than every text that begins with this one.
std::string after_all_with(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

/// The common prefix that the key is listed as; empty: the key itself.
std::string common_prefix_of(const std::string& key, const ListRequest& request) {
  if (request.delimiter.empty()) return {};
  const std::size_t found = key.find(request.delimiter, request.prefix.size());
  return found == key.npos ? std::string() : key.substr(0, found + request.delimiter.size());
}

/// What the page begins after. The token is the last key or common prefix before it.
std::string begin_after(const ListRequest& request) {
  if (request.continuation.empty()) return request.start_after;
  auto last = base64_decode(request.continuation);
  if (!last || last->empty()) {
    throw ObjectsError(ErrorKind::kInvalidArgument, "The continuation token provided is incorrect");
  }
  return std::max(*last, request.start_after);
}

std::optional<ListedObject> describe(ObjectFiles& files, const BucketWalk& walk) {
  Descriptor file = walk.open_blocking();
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const OpenObject object = files.describe_blocking(std::move(file), status, walk.key());
  ObjectInfo info = object.info(walk.key());
  return ListedObject{std::move(info.key), info.size_bytes, std::move(info.etag),
                      info.last_modified, std::move(info.checksums)};
}

}  // namespace

ListPage list_objects_blocking(const Folders& folders, ObjectFiles& files, FolderListings& listings,
                               const std::string& bucket, const ListRequest& request) {
  files.check_bucket_blocking(bucket);
  ListPage page;
  const std::size_t keys_max = std::min(request.keys_max, kListKeysMax);
  if (keys_max == 0) return page;
  const std::string after = begin_after(request);
  BucketWalk walk(folders, listings, bucket);
  walk.seek_blocking(std::max(request.prefix, after));
  while (!walk.at_end() && walk.key().starts_with(request.prefix)) {
    const std::string prefix = common_prefix_of(walk.key(), request);
    const std::string& name = prefix.empty() ? walk.key() : prefix;
    const bool wanted = name > after;
    if (wanted && page.objects.size() + page.common_prefixes.size() == keys_max) {
      page.truncated = true;
      page.continuation = base64_encode(page.last);
      break;
    }
    if (!prefix.empty()) {
      if (wanted) page.common_prefixes.push_back(page.last = prefix);
      walk.seek_blocking(after_all_with(prefix));
      continue;
    }
    if (wanted) {
      if (auto object = describe(files, walk)) {
        page.last = object->key;
        page.objects.push_back(std::move(*object));
      }
    }
    walk.next_blocking();
  }
  return page;
}

bool is_empty_bucket_blocking(const Folders& folders, FolderListings& listings,
                              const std::string& bucket) {
  BucketWalk walk(folders, listings, bucket);
  walk.seek_blocking("");
  return walk.at_end();
}

}  // namespace bedplate::objects
