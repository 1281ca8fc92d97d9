#include "objects/local/upload_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <memory>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "objects/local/disk.hpp"

namespace bedplate::objects {
namespace json = boost::json;
namespace {

constexpr const char* kRecordName = "upload.json";
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kTimeDigits = 9;
constexpr std::size_t kIdBytes = 40;

/// The time first: the order of the ids is the order in which the uploads were begun.
std::string new_id(Timestamp now) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  auto time = static_cast<std::uint64_t>(now.time_since_epoch().count());
  std::string out(kTimeDigits, '0');
  for (std::size_t i = kTimeDigits; i-- > 0; time /= 36) out[i] = kDigits[time % 36];
  return out + random_base36(kIdBytes - kTimeDigits);
}

bool is_id(std::string_view text) {
  return text.size() == kIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
         });
}

std::string part_name(std::uint32_t number) {
  return fmt::format("{:05}", number);
}

std::string render(const std::string& key, const UploadOptions& options, Timestamp now) {
  json::object out;
  out["key"] = key;
  out["initiated_ms"] = now.time_since_epoch().count();
  out["initiator"] = options.initiator;
  if (options.checksum) out["checksum"] = checksum_name(*options.checksum);
  if (options.checksum_type == ChecksumType::kComposite) out["composite"] = true;
  out["headers"] = render_headers(options.headers);
  out["meta"] = render_texts(options.metadata);
  out["tags"] = render_texts(options.tags);
  return json::serialize(out);
}

UploadRecord parse(const std::string& id, const std::string& text) {
  const json::value value = json::parse(text);
  const json::object& read = value.as_object();
  UploadRecord out;
  out.info.upload_id = id;
  out.info.key = json::value_to<std::string>(read.at("key"));
  out.info.initiated =
      Timestamp(std::chrono::milliseconds(read.at("initiated_ms").to_number<std::int64_t>()));
  out.info.initiator = json::value_to<std::string>(read.at("initiator"));
  if (const json::value* name = read.if_contains("checksum")) {
    out.info.checksum = find_checksum_algorithm(json::value_to<std::string>(*name));
  }
  out.info.checksum_type =
      read.contains("composite") ? ChecksumType::kComposite : ChecksumType::kFullObject;
  out.headers = parse_headers(read.at("headers").as_object());
  out.metadata = parse_texts(read.at("meta"));
  out.tags = parse_texts(read.at("tags"));
  return out;
}

/// Nothing when the upload has gone meanwhile, or its record cannot be read.
std::optional<UploadRecord> read_record(int folder, const std::string& id) {
  const Descriptor file(::openat(folder, kRecordName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return {};
  try {
    return parse(id, read_at_blocking(file.get(), 0, static_cast<std::size_t>(status.st_size)));
  } catch (const ObjectsError&) {
    throw;
  } catch (const std::exception& problem) {
    log::error("objects: the record of upload {} cannot be read: {}", id, problem.what());
    return {};
  }
}

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> out;
  const int copy = ::openat(folder, ".", kFolderFlags);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy < 0 ? nullptr : ::fdopendir(copy),
                                                    ::closedir);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    out.emplace_back(entry->d_name);
  }
  return out;
}

std::vector<std::uint32_t> part_numbers(int folder) {
  std::vector<std::uint32_t> out;
  for (const std::string& name : names_in(folder)) {
    if (name.size() == 5 && name.find_first_not_of("0123456789") == name.npos) {
      out.push_back(static_cast<std::uint32_t>(std::stoul(name)));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

PartInfo part_info(const OpenObject& part, std::uint32_t number) {
  ObjectInfo info = part.info("");
  return {number, info.size_bytes, std::move(info.etag), info.last_modified,
          std::move(info.checksums)};
}

UploadInfo UploadFiles::create_blocking(const std::string& bucket, const std::string& key,
                                        const UploadOptions& options, Timestamp now) {
  const std::shared_lock bucket_stays(objects_.bucket_lock(bucket));
  objects_.check_bucket_blocking(bucket);
  const std::string id = new_id(now);
  const Descriptor uploads =
      make_folders_beneath_blocking(folders_.uploads.get(), bucket, folders_.durable);
  if (!uploads) throw_disk_error(errno, "beginning an upload");
  // Made whole in the staging folder: there is no upload without its record.
  if (::mkdirat(folders_.staging.get(), id.c_str(), 0700) != 0) {
    throw_disk_error(errno, "beginning an upload");
  }
  const Descriptor folder(::openat(folders_.staging.get(), id.c_str(), kFolderFlags));
  if (!folder) throw_disk_error(errno, "beginning an upload");
  try {
    replace_file_blocking(folders_, folder.get(), kRecordName, render(key, options, now));
    if (::renameat(folders_.staging.get(), id.c_str(), uploads.get(), id.c_str()) != 0) {
      throw_disk_error(errno, "beginning an upload");
    }
  } catch (...) {
    delete_contents_blocking(folder.get());
    ::unlinkat(folders_.staging.get(), id.c_str(), AT_REMOVEDIR);
    throw;
  }
  if (folders_.durable) sync_blocking(uploads.get());
  return {key, id, now, options.initiator, options.checksum, options.checksum_type};
}

Descriptor UploadFiles::open_folder_blocking(const UploadAddress& upload) const {
  if (!is_valid_bucket_name(upload.bucket) || !is_id(upload.upload_id)) {
    throw objects_error(ErrorKind::kNoSuchUpload);
  }
  Descriptor folder =
      open_folder_beneath_blocking(folders_.uploads.get(), upload.bucket + "/" + upload.upload_id);
  if (!folder) {
    if (errno != ENOENT) throw_disk_error(errno, "opening an upload");
    objects_.check_bucket_blocking(upload.bucket);
    throw objects_error(ErrorKind::kNoSuchUpload);
  }
  return folder;
}

UploadRecord UploadFiles::read_blocking(const UploadAddress& upload) const {
  const Descriptor folder = open_folder_blocking(upload);
  auto record = read_record(folder.get(), upload.upload_id);
  if (!record || record->info.key != upload.key) throw objects_error(ErrorKind::kNoSuchUpload);
  return std::move(*record);
}

PartInfo UploadFiles::publish_part_blocking(StagedFile& staged, const UploadAddress& upload,
                                            std::uint32_t number, StoredAttributes attributes) {
  const Descriptor folder = open_folder_blocking(upload);
  OpenObject part;
  if (::fstat(staged.descriptor(), &part.status) != 0) throw_disk_error(errno, "fstat");
  attributes.size_bytes = static_cast<std::uint64_t>(part.status.st_size);
  attributes.modified_ns = modified_ns(part.status);
  json::object where;
  where["part"] = upload.bucket + "/" + upload.upload_id + "/" + part_name(number);
  attributes_.write_blocking(staged.descriptor(), part.status, json::serialize(where),
                             render_attributes(attributes), folders_.durable);
  if (folders_.durable) sync_blocking(staged.descriptor());
  if (!staged.publish_blocking(folder.get(), part_name(number))) {
    if (errno == ENOENT) throw objects_error(ErrorKind::kNoSuchUpload);  // aborted meanwhile
    throw_disk_error(errno, "publishing a part");
  }
  if (folders_.durable) sync_blocking(folder.get());
  part.attributes = std::move(attributes);
  return part_info(part, number);
}

OpenObject UploadFiles::open_part_blocking(const UploadAddress& upload, std::uint32_t number) {
  const Descriptor folder = open_folder_blocking(upload);
  Descriptor file(::openat(folder.get(), part_name(number).c_str(),
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw objects_error(ErrorKind::kInvalidPart);
  }
  return objects_.describe_blocking(std::move(file), status, upload.key);
}

PartsPage UploadFiles::list_parts_blocking(const UploadAddress& upload, std::uint32_t after,
                                           std::size_t parts_max) {
  PartsPage page;
  page.upload = read_blocking(upload).info;
  const Descriptor folder = open_folder_blocking(upload);
  parts_max = std::min(parts_max, kListKeysMax);
  for (const std::uint32_t number : part_numbers(folder.get())) {
    if (number <= after) continue;
    if (page.parts.size() >= parts_max) {
      page.truncated = parts_max > 0;
      break;
    }
    page.parts.push_back(part_info(open_part_blocking(upload, number), number));
  }
  return page;
}

std::vector<UploadInfo> UploadFiles::read_all_blocking(const std::string& bucket) const {
  std::vector<UploadInfo> out;
  const Descriptor uploads = open_folder_beneath_blocking(folders_.uploads.get(), bucket);
  if (!uploads) return out;
  for (const std::string& id : names_in(uploads.get())) {
    if (!is_id(id)) continue;
    const Descriptor folder(::openat(uploads.get(), id.c_str(), kFolderFlags));
    if (!folder) continue;
    if (auto record = read_record(folder.get(), id)) out.push_back(std::move(record->info));
  }
  std::sort(out.begin(), out.end(), [](const UploadInfo& a, const UploadInfo& b) {
    return std::tie(a.key, a.upload_id) < std::tie(b.key, b.upload_id);
  });
  return out;
}

UploadsPage UploadFiles::list_blocking(const std::string& bucket,
                                       const ListUploadsRequest& request) const {
  objects_.check_bucket_blocking(bucket);
  UploadsPage page;
  const std::size_t uploads_max = std::min(request.uploads_max, kListKeysMax);
  if (uploads_max == 0) return page;
  for (UploadInfo& upload : read_all_blocking(bucket)) {
    if (!upload.key.starts_with(request.prefix)) continue;
    const std::size_t found = request.delimiter.empty()
                                  ? upload.key.npos
                                  : upload.key.find(request.delimiter, request.prefix.size());
    const std::string name =
        upload.key.substr(0, found == upload.key.npos ? found : found + request.delimiter.size());
    const bool later = name > request.key_marker ||
                       (name == request.key_marker && !request.upload_id_marker.empty() &&
                        found == upload.key.npos && upload.upload_id > request.upload_id_marker);
    if (!later) continue;
    const bool prefix = found != upload.key.npos;
    if (prefix && !page.common_prefixes.empty() && page.common_prefixes.back() == name) continue;
    if (page.uploads.size() + page.common_prefixes.size() == uploads_max) {
      page.truncated = true;
      break;
    }
    page.next_key_marker = name;
    page.next_upload_id_marker = prefix ? std::string() : upload.upload_id;
    if (prefix) {
      page.common_prefixes.push_back(name);
    } else {
      page.uploads.push_back(std::move(upload));
    }
  }
  return page;
}

void UploadFiles::remove_blocking(const UploadAddress& upload) {
  const Descriptor folder = open_folder_blocking(upload);
  const Descriptor uploads = open_folder_beneath_blocking(folders_.uploads.get(), upload.bucket);
  // One rename ends it; what follows may be cut short by a crash and is swept then.
  const std::string name = random_base36(20);
  if (!uploads || ::renameat(uploads.get(), upload.upload_id.c_str(), folders_.staging.get(),
                             name.c_str()) != 0) {
    if (errno == ENOENT) throw objects_error(ErrorKind::kNoSuchUpload);
    throw_disk_error(errno, "ending an upload");
  }
  if (folders_.durable) sync_blocking(uploads.get());
  delete_contents_blocking(folder.get());
  ::unlinkat(folders_.staging.get(), name.c_str(), AT_REMOVEDIR);
}

}  // namespace bedplate::objects
