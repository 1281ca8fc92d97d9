#include "objects/local/object_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/local/content_types.hpp"
#include "objects/local/disk.hpp"
#include "objects/local/key_path.hpp"

namespace bedplate::objects {
namespace {

constexpr int kPublishAttemptsMax = 32;
/// From this size on, the AWS clients upload in parts, and what they upload has an ETag that is no
/// MD5. A file that somebody has dropped gets one of that form, too: nobody waits for the MD5 of
/// 50 GB because a bucket is listed.
constexpr off_t kMd5BytesMax = 8 << 20;

/// The path has a folder where it needs a file, or a file where it needs a folder.
bool is_in_the_way(int error) {
  return error == ENOTDIR || error == EISDIR || error == ELOOP || error == ENAMETOOLONG ||
         error == EEXIST || error == ENOTEMPTY;
}

bool is_not_there(int error) {
  return error == ENOENT || error == ENXIO || error == EXDEV || is_in_the_way(error);
}

/// "bucket/folder/folder" and "name".
std::pair<std::string, std::string> split(const std::string& bucket, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {bucket, path};
  return {bucket + "/" + path.substr(0, slash), path.substr(slash + 1)};
}

std::optional<std::pair<Descriptor, struct stat>> open_file(int base, const std::string& path) {
  // O_NONBLOCK: a FIFO that somebody has made there must not hold us.
  Descriptor file = open_beneath_blocking(base, path, O_RDONLY | O_NONBLOCK);
  if (!file) {
    if (!is_not_there(errno)) throw_disk_error(errno, "opening an object");
    return {};
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_disk_error(errno, "opening an object");
  if (!S_ISREG(status.st_mode)) return {};
  return std::pair(std::move(file), status);
}

std::optional<std::pair<Descriptor, struct stat>> locate(const Folders& folders,
                                                         const std::string& bucket,
                                                         const std::string& key) {
  if (is_natural_key(key)) {
    if (auto found = open_file(folders.root.get(), bucket + "/" + key)) return found;
  }
  return open_file(folders.escaped.get(), bucket + "/" + escaped_key_path(key));
}

std::string where_of(const std::string& bucket, const std::string& key) {
  boost::json::object where;
  where["bucket"] = bucket;
  where["key"] = key;
  return boost::json::serialize(where);
}

/// Deletes the file, and the folders above it that are empty now, up to the bucket's.
bool delete_file(int base, const std::string& bucket, const std::string& path, bool durable) {
  auto [folder_path, name] = split(bucket, path);
  Descriptor folder = open_folder_beneath_blocking(base, folder_path);
  struct stat status {};
  if (!folder || ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode)) {
    return false;
  }
  if (::unlinkat(folder.get(), name.c_str(), 0) != 0) {
    if (errno == ENOENT) return false;
    throw_disk_error(errno, "deleting an object");
  }
  if (durable) sync_blocking(folder.get());
  while (folder_path.size() > bucket.size()) {
    const std::size_t slash = folder_path.rfind('/');
    const std::string leaf = folder_path.substr(slash + 1);
    folder_path.resize(slash);
    folder = open_folder_beneath_blocking(base, folder_path);
    if (!folder || ::unlinkat(folder.get(), leaf.c_str(), AT_REMOVEDIR) != 0) break;
  }
  return true;
}

/// Where the staged file is now; none when something is in the way. `make_bucket`: the bucket's
/// folder is made, too. Throws kNoSuchBucket.
Descriptor publish_at(const Folders& folders, StagedFile& staged, int base,
                      const std::string& bucket, const std::string& path, bool make_bucket) {
  const auto [folder_path, name] = split(bucket, path);
  for (int attempt = 0; attempt < kPublishAttemptsMax; ++attempt) {
    Descriptor folder = open_folder_beneath_blocking(base, folder_path);
    if (!folder && errno == ENOENT) {
      Descriptor top = open_folder_beneath_blocking(base, bucket);
      if (!top && !make_bucket) throw objects_error(ErrorKind::kNoSuchBucket);
      if (!top) top = make_folders_beneath_blocking(base, bucket, folders.durable);
      if (top && folder_path.size() > bucket.size()) {
        top = make_folders_beneath_blocking(top.get(), folder_path.substr(bucket.size() + 1),
                                            folders.durable);
      }
      folder = std::move(top);
      if (!folder && errno == ENOENT) continue;  // a delete tidies up at the same time
    }
    if (folder && staged.publish_blocking(folder.get(), name)) return folder;
    if (errno == ENOENT) continue;
    if (is_in_the_way(errno)) return Descriptor();
    throw_disk_error(errno, "publishing an object");
  }
  throw_disk_error(ENOENT, "publishing an object");
}

Timestamp time_of(const struct stat& status) {
  return Timestamp(std::chrono::milliseconds(modified_ns(status) / 1'000'000));
}

}  // namespace

ObjectInfo OpenObject::info(const std::string& key) const {
  ObjectInfo out;
  out.key = key;
  out.size_bytes = static_cast<std::uint64_t>(status.st_size);
  out.etag = attributes.etag;
  out.last_modified = time_of(status);
  out.headers = attributes.headers;
  out.metadata = attributes.metadata;
  out.tags = attributes.tags;
  out.checksums = attributes.checksums;
  for (const PartRun& run : attributes.parts) out.parts_count += run.count;
  return out;
}

std::optional<std::string> RememberedEtags::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = etags_.find(name);
  return found == etags_.end() ? std::nullopt : std::optional(found->second);
}

void RememberedEtags::add(const std::string& name, const std::string& etag) {
  const std::lock_guard lock(mutex_);
  if (etags_.size() >= kEtagsMax) etags_.clear();
  etags_[name] = etag;
}

std::mutex& ObjectFiles::lock_of(const std::string& bucket, const std::string& key) {
  return locks_[std::hash<std::string>()(bucket + "/" + key) % locks_.size()];
}

std::shared_mutex& ObjectFiles::bucket_lock(const std::string& bucket) {
  return bucket_locks_[std::hash<std::string>()(bucket) % bucket_locks_.size()];
}

void ObjectFiles::check_bucket_blocking(const std::string& bucket) const {
  struct stat status {};
  if (!is_valid_bucket_name(bucket) ||
      ::fstatat(folders_.root.get(), bucket.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISDIR(status.st_mode)) {
    throw objects_error(ErrorKind::kNoSuchBucket);
  }
}

std::optional<OpenObject> ObjectFiles::find_blocking(const std::string& bucket,
                                                     const std::string& key) {
  auto found = locate(folders_, bucket, key);
  if (!found) return {};
  return describe_blocking(std::move(found->first), found->second, key);
}

OpenObject ObjectFiles::open_blocking(const std::string& bucket, const std::string& key) {
  if (auto found = find_blocking(bucket, key)) return std::move(*found);
  check_bucket_blocking(bucket);
  throw objects_error(ErrorKind::kNoSuchKey);
}

std::string ObjectFiles::etag_blocking(int file, const struct stat& status) {
  const std::string name = AttributeFiles::name_of(status);
  if (status.st_size >= kMd5BytesMax) return hex_encode(md5_of(name)) + "-1";
  if (auto etag = remembered_.find(name)) return *etag;
  return hex_encode(md5_of(read_at_blocking(file, 0, static_cast<std::size_t>(status.st_size))));
}

OpenObject ObjectFiles::describe_blocking(Descriptor file, const struct stat& status,
                                          const std::string& key) {
  OpenObject out;
  out.status = status;
  const auto text = attributes_.read_blocking(file.get(), status);
  auto attributes = text ? parse_attributes(*text) : std::nullopt;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool current = attributes && attributes->size_bytes == size &&
                       attributes->modified_ns == modified_ns(status);
  if (attributes) out.attributes = std::move(*attributes);
  if (!current) {  // somebody has put it there, or has edited it
    out.attributes.size_bytes = size;
    out.attributes.modified_ns = modified_ns(status);
    out.attributes.checksums.clear();
    out.attributes.parts.clear();
    out.attributes.etag = etag_blocking(file.get(), status);
    if (out.attributes.headers.content_type.empty()) {
      out.attributes.headers.content_type = content_type_of(key);
    }
    if (status.st_size < kMd5BytesMax &&
        !attributes_.try_write_blocking(file.get(), render_attributes(out.attributes))) {
      remembered_.add(AttributeFiles::name_of(status), out.attributes.etag);
    }
  }
  out.file = std::move(file);
  return out;
}

void ObjectFiles::forget_attributes_blocking(const std::string& bucket, const std::string& key) {
  if (!attributes_.has_files()) return;
  if (const auto old = locate(folders_, bucket, key)) attributes_.forget_blocking(old->second);
}

void ObjectFiles::check_conditions_blocking(const std::string& bucket, const std::string& key,
                                            const Conditions& conditions) {
  if (!conditions.if_match && !conditions.if_none_match) return;
  const auto current = find_blocking(bucket, key);
  const ObjectInfo info = current ? current->info(key) : ObjectInfo{};
  check_write_conditions(conditions, current ? &info : nullptr);
}

Descriptor ObjectFiles::place_blocking(StagedFile& staged, const std::string& bucket,
                                       const std::string& key) {
  const std::string escaped = escaped_key_path(key);
  if (is_natural_key(key)) {
    Descriptor folder =
        publish_at(folders_, staged, folders_.root.get(), bucket, key, /*make_bucket=*/false);
    if (folder) {
      // One that was escaped because something was in the way then. It is hidden already.
      if (::faccessat(folders_.escaped.get(), (bucket + "/" + escaped).c_str(), F_OK, 0) == 0) {
        delete_file(folders_.escaped.get(), bucket, escaped, false);
      }
      return folder;
    }
  }
  check_bucket_blocking(bucket);
  Descriptor folder =
      publish_at(folders_, staged, folders_.escaped.get(), bucket, escaped, /*make_bucket=*/true);
  if (!folder) throw_disk_error(EEXIST, "publishing an object at its escaped path");
  return folder;
}

ObjectInfo ObjectFiles::publish_blocking(StagedFile& staged, const std::string& bucket,
                                         const std::string& key, StoredAttributes attributes,
                                         const Conditions& conditions) {
  OpenObject out;
  if (::fstat(staged.descriptor(), &out.status) != 0) throw_disk_error(errno, "fstat");
  attributes.size_bytes = static_cast<std::uint64_t>(out.status.st_size);
  attributes.modified_ns = modified_ns(out.status);
  if (attributes.headers.content_type.empty()) {
    attributes.headers.content_type = kDefaultContentType;
  }
  attributes_.write_blocking(staged.descriptor(), out.status, where_of(bucket, key),
                             render_attributes(attributes), folders_.durable);
  Descriptor folder;
  try {
    if (folders_.durable) sync_blocking(staged.descriptor());
    const std::shared_lock bucket_stays(bucket_lock(bucket));
    const std::lock_guard lock(lock_of(bucket, key));
    check_conditions_blocking(bucket, key, conditions);
    forget_attributes_blocking(bucket, key);
    folder = place_blocking(staged, bucket, key);
  } catch (...) {
    if (attributes_.has_files()) attributes_.forget_blocking(out.status);
    throw;
  }
  if (folders_.durable) sync_blocking(folder.get());
  out.attributes = std::move(attributes);
  return out.info(key);
}

bool ObjectFiles::delete_blocking(const std::string& bucket, const std::string& key,
                                  const Conditions& conditions) {
  check_bucket_blocking(bucket);
  const std::lock_guard lock(lock_of(bucket, key));
  check_conditions_blocking(bucket, key, conditions);
  forget_attributes_blocking(bucket, key);
  // The escaped one first: it is hidden, and must not come to light.
  const bool escaped =
      delete_file(folders_.escaped.get(), bucket, escaped_key_path(key), folders_.durable);
  const bool natural =
      is_natural_key(key) && delete_file(folders_.root.get(), bucket, key, folders_.durable);
  return natural || escaped;
}

void ObjectFiles::put_tags_blocking(const std::string& bucket, const std::string& key,
                                    ObjectTags tags) {
  const std::lock_guard lock(lock_of(bucket, key));
  OpenObject object = open_blocking(bucket, key);
  object.attributes.tags = std::move(tags);
  attributes_.write_blocking(object.file.get(), object.status, where_of(bucket, key),
                             render_attributes(object.attributes), folders_.durable);
  if (folders_.durable) sync_blocking(object.file.get());
}

bool ObjectFiles::is_current_blocking(const std::string& where, const std::string& name) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(where, error);
  if (error || !parsed.is_object()) return false;
  const auto text = [&](const char* member) {
    const boost::json::value* value = parsed.as_object().if_contains(member);
    return value && value->is_string() ? std::string(std::string_view(value->as_string()))
                                       : std::string();
  };
  if (const std::string part = text("part"); !part.empty()) {
    const auto found = open_file(folders_.uploads.get(), part);
    return found && AttributeFiles::name_of(found->second) == name;
  }
  const std::string bucket = text("bucket");
  const std::string key = text("key");
  if (!is_valid_bucket_name(bucket) || key.empty()) return false;
  const auto found = locate(folders_, bucket, key);
  return found && AttributeFiles::name_of(found->second) == name;
}

void ObjectFiles::sweep_blocking() {
  if (!attributes_.has_files()) return;
  attributes_.sweep_blocking([this](const std::string& where, const std::string& name) {
    return is_current_blocking(where, name);
  });
}

}  // namespace bedplate::objects
