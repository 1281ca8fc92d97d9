#include "objects/local/bucket_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <memory>

#include "base/log.hpp"
#include "objects/local/disk.hpp"
#include "objects/local/listing.hpp"

namespace bedplate::objects {
namespace json = boost::json;
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kRecordBytesMax = 1 << 20;

std::string record_name(const std::string& bucket) {
  return bucket + ".json";
}

/// When the folder was made, as far as the file system knows.
Timestamp birth_of(int root, const std::string& bucket) {
  struct statx status {};
  if (::statx(root, bucket.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME | STATX_MTIME, &status) != 0) {
    return {};
  }
  const auto& time = (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime : status.stx_mtime;
  return Timestamp(std::chrono::milliseconds(time.tv_sec * 1000 + time.tv_nsec / 1'000'000));
}

/// Removes the empty folders of a tree; false when something else is in it.
bool remove_empty_folders(int folder) {
  const int copy = ::openat(folder, ".", kFolderFlags);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy < 0 ? nullptr : ::fdopendir(copy),
                                                    ::closedir);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const Descriptor below(::openat(folder, name.c_str(), kFolderFlags));
    if (!below || !remove_empty_folders(below.get()) ||
        ::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0) {
      return false;
    }
  }
  return listing != nullptr;
}

void delete_folder(int parent, const std::string& name) {
  const Descriptor folder(::openat(parent, name.c_str(), kFolderFlags));
  if (!folder) return;
  delete_contents_blocking(folder.get());
  ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

}  // namespace

BucketRecord BucketFiles::describe_blocking(const std::string& bucket) const {
  BucketRecord out;
  out.info = {bucket, operator_account_, default_region_, birth_of(folders_.root.get(), bucket)};
  const Descriptor file(::openat(folders_.buckets.get(), record_name(bucket).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return out;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_disk_error(errno, "reading a bucket's record");
  const auto size = std::min(static_cast<std::size_t>(status.st_size), kRecordBytesMax);
  try {
    const json::value read = json::parse(read_at_blocking(file.get(), 0, size));
    const json::object& record = read.as_object();
    out.info.owner = json::value_to<std::string>(record.at("owner"));
    out.info.region = json::value_to<std::string>(record.at("region"));
    out.info.created =
        Timestamp(std::chrono::milliseconds(record.at("created_ms").to_number<std::int64_t>()));
    if (const json::value* policy = record.if_contains("policy")) {
      out.policy = json::value_to<std::string>(*policy);
    }
  } catch (const ObjectsError&) {
    throw;
  } catch (const std::exception& problem) {
    // Nobody's bucket is better than one whose policy is passed over.
    log::error("objects: the record of bucket {} cannot be read: {}", bucket, problem.what());
    throw objects_error(ErrorKind::kInternalError);
  }
  return out;
}

BucketRecord BucketFiles::read_blocking(const std::string& bucket) const {
  objects_.check_bucket_blocking(bucket);
  return describe_blocking(bucket);
}

void BucketFiles::write_blocking(const BucketRecord& record) {
  json::object out;
  out["owner"] = record.info.owner;
  out["region"] = record.info.region;
  out["created_ms"] = record.info.created.time_since_epoch().count();
  if (record.policy) out["policy"] = *record.policy;
  replace_file_blocking(folders_, folders_.buckets.get(), record_name(record.info.name),
                        json::serialize(out));
}

/// What a bucket of this name has left beside its folder: its own, or that of one before it.
void BucketFiles::clear_hidden_blocking(const std::string& bucket) {
  delete_folder(folders_.escaped.get(), bucket);
  delete_folder(folders_.uploads.get(), bucket);
}

BucketInfo BucketFiles::create_blocking(const BucketInfo& bucket) {
  const std::unique_lock lock(objects_.bucket_lock(bucket.name));
  struct stat status {};
  if (::fstatat(folders_.root.get(), bucket.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISDIR(status.st_mode)) throw objects_error(ErrorKind::kBucketAlreadyExists);
    const bool own = describe_blocking(bucket.name).info.owner == bucket.owner;
    throw objects_error(own ? ErrorKind::kBucketAlreadyOwnedByYou
                            : ErrorKind::kBucketAlreadyExists);
  }
  clear_hidden_blocking(bucket.name);
  write_blocking({bucket, {}});  // first: the folder never is there without its owner
  if (::mkdirat(folders_.root.get(), bucket.name.c_str(), 0777) != 0) {
    if (errno == EEXIST) throw objects_error(ErrorKind::kBucketAlreadyExists);
    throw_disk_error(errno, "making a bucket");
  }
  if (folders_.durable) sync_blocking(folders_.root.get());
  return bucket;
}

std::vector<BucketInfo> BucketFiles::list_blocking(const std::string& owner) const {
  const int copy = ::openat(folders_.root.get(), ".", kFolderFlags);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy < 0 ? nullptr : ::fdopendir(copy),
                                                    ::closedir);
  if (!listing) throw_disk_error(errno, "listing the buckets");
  std::vector<BucketInfo> out;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string name = entry->d_name;
    struct stat status {};
    if (!is_valid_bucket_name(name) ||
        ::fstatat(folders_.root.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISDIR(status.st_mode)) {
      continue;
    }
    BucketInfo info = describe_blocking(name).info;
    if (owner.empty() || info.owner == owner) out.push_back(std::move(info));
  }
  std::sort(out.begin(), out.end(),
            [](const BucketInfo& a, const BucketInfo& b) { return a.name < b.name; });
  return out;
}

void BucketFiles::put_policy_blocking(const std::string& bucket,
                                      std::optional<std::string> policy) {
  const std::unique_lock lock(objects_.bucket_lock(bucket));
  BucketRecord record = read_blocking(bucket);
  record.policy = std::move(policy);
  write_blocking(record);
}

void BucketFiles::delete_blocking(const std::string& bucket) {
  const std::unique_lock lock(objects_.bucket_lock(bucket));
  objects_.check_bucket_blocking(bucket);
  if (!is_empty_bucket_blocking(folders_, listings_, bucket)) {
    throw objects_error(ErrorKind::kBucketNotEmpty);
  }
  {
    const Descriptor folder(::openat(folders_.root.get(), bucket.c_str(), kFolderFlags));
    if (folder) remove_empty_folders(folder.get());
  }
  if (::unlinkat(folders_.root.get(), bucket.c_str(), AT_REMOVEDIR) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST) throw objects_error(ErrorKind::kBucketNotEmpty);
    throw_disk_error(errno, "deleting a bucket");
  }
  clear_hidden_blocking(bucket);
  ::unlinkat(folders_.buckets.get(), record_name(bucket).c_str(), 0);
  if (folders_.durable) sync_blocking(folders_.root.get());
}

}  // namespace bedplate::objects
