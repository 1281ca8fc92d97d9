// Uploads in parts, and how an object is made of them.
#include <algorithm>

#include "base/bytes.hpp"
#include "objects/checksums.hpp"
#include "objects/local/file_copy.hpp"
#include "objects/local/local_core.hpp"
#include "objects/local/local_objects.hpp"
#include "objects/local/local_writer.hpp"

namespace bedplate::objects {
namespace {

void check_part_number(std::uint32_t number) {
  if (number < 1 || number > kPartNumberMax) {
    throw ObjectsError(ErrorKind::kInvalidArgument,
                       "Part number must be an integer between 1 and 10000, inclusive");
  }
}

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    return etag.substr(1, etag.size() - 2);
  }
  return etag;
}

std::string raw_of_hex(std::string_view hex) {
  std::string percent;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    percent += '%';
    percent += hex.substr(i, 2);
  }
  return uri_decode(percent).value_or("");
}

/// One upload on its way to an object. Its functions block and are called one after the other.
class Assembly {
 public:
  /// Checks every part that the request names.
  Assembly(std::shared_ptr<LocalCore> core, UploadAddress upload, CompleteOptions options)
      : core_(std::move(core)),
        upload_(std::move(upload)),
        options_(std::move(options)),
        record_(core_->uploads.read_blocking(upload_)),
        staged_(core_->folders) {
    plan();
    if (record_.info.checksum && record_.info.checksum_type == ChecksumType::kFullObject) {
      digests_.emplace(record_.info.checksum, false);
    }
  }

  /// True while there is more to copy.
  bool step_blocking();
  ObjectInfo publish_blocking();

 private:
  void plan();
  void add_part(const CompletedPart& named, bool last);
  Checksum composite_checksum() const;

  std::shared_ptr<LocalCore> core_;
  UploadAddress upload_;
  CompleteOptions options_;
  UploadRecord record_;
  StagedFile staged_;
  std::optional<Digests> digests_;  ///< of the whole
  StoredAttributes attributes_;
  std::vector<std::string> etags_;  ///< of the parts that were checked
  std::string md5s_;                ///< theirs, raw, one after the other
  std::string part_checksums_;      ///< the same
  std::uint64_t bytes_ = 0;
  std::size_t next_ = 0;  ///< the part to copy
  OpenObject part_;       ///< open while it is copied
  Span left_;             ///< of it
};

void Assembly::plan() {
  const auto& parts = options_.parts;
  if (parts.empty()) throw objects_error(ErrorKind::kInvalidPart);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    check_part_number(parts[i].number);
    if (i > 0 && parts[i].number <= parts[i - 1].number) {
      throw objects_error(ErrorKind::kInvalidPartOrder);
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) add_part(parts[i], i + 1 == parts.size());
  if (options_.size_bytes && *options_.size_bytes != bytes_) {
    throw ObjectsError(ErrorKind::kInvalidRequest,
                       "The provided 'x-amz-mp-object-size' header does not match what was "
                       "computed.");
  }
}

void Assembly::add_part(const CompletedPart& named, bool last) {
  const OpenObject part = core_->uploads.open_part_blocking(upload_, named.number);
  const StoredAttributes& has = part.attributes;
  if (unquoted(named.etag) != has.etag) throw objects_error(ErrorKind::kInvalidPart);
  if (named.checksum && (has.checksums.empty() || has.checksums.front().value != *named.checksum)) {
    throw objects_error(ErrorKind::kInvalidPart);
  }
  if (!last && has.size_bytes < kPartBytesMin) throw objects_error(ErrorKind::kEntityTooSmall);
  etags_.push_back(has.etag);
  md5s_ += raw_of_hex(has.etag);
  if (!has.checksums.empty()) {
    part_checksums_ += base64_decode(has.checksums.front().value).value_or("");
  }
  bytes_ += has.size_bytes;
  if (attributes_.parts.empty() || attributes_.parts.back().bytes != has.size_bytes) {
    attributes_.parts.push_back({has.size_bytes, 1});
  } else {
    ++attributes_.parts.back().count;
  }
}

bool Assembly::step_blocking() {
  std::uint64_t copied = 0;
  while (copied < kCopyStepBytes) {
    if (left_.bytes == 0) {
      if (next_ == options_.parts.size()) return false;
      part_ = core_->uploads.open_part_blocking(upload_, options_.parts[next_].number);
      // It may have been uploaded again since it was checked.
      if (part_.attributes.etag != etags_[next_]) throw objects_error(ErrorKind::kInvalidPart);
      ++next_;
      left_ = {0, part_.attributes.size_bytes};
    }
    copied += copy_some_blocking(part_.file.get(), left_, staged_, digests_ ? &*digests_ : nullptr,
                                 kCopyStepBytes - copied);
  }
  return true;
}

Checksum Assembly::composite_checksum() const {
  const auto running = make_checksum(*record_.info.checksum);
  running->update(part_checksums_);
  return {*record_.info.checksum,
          base64_encode(running->finish()) + "-" + std::to_string(etags_.size()),
          ChecksumType::kComposite};
}

ObjectInfo Assembly::publish_blocking() {
  attributes_.headers = record_.headers;
  attributes_.metadata = record_.metadata;
  attributes_.tags = record_.tags;
  attributes_.etag = hex_encode(md5_of(md5s_)) + "-" + std::to_string(etags_.size());
  if (digests_) {
    const auto raw = digests_->finish().checksum;
    attributes_.checksums = {
        {*record_.info.checksum, base64_encode(raw.value_or("")), ChecksumType::kFullObject}};
  } else if (record_.info.checksum) {
    attributes_.checksums = {composite_checksum()};
  }
  if (options_.checksum && !attributes_.checksums.empty() &&
      attributes_.checksums.front().value != *options_.checksum) {
    throw objects_error(ErrorKind::kBadDigest);
  }
  ObjectInfo info = core_->objects.publish_blocking(staged_, upload_.bucket, upload_.key,
                                                    std::move(attributes_), options_.conditions);
  try {
    core_->uploads.remove_blocking(upload_);
  } catch (const ObjectsError& error) {
    // Aborted, or completed twice, at the same time: the object is there all the same.
    if (error.kind != ErrorKind::kNoSuchUpload) throw;
  }
  return info;
}

void check_checksum_type(const UploadOptions& options) {
  const bool sha = options.checksum == ChecksumAlgorithm::kSha1 ||
                   options.checksum == ChecksumAlgorithm::kSha256;
  const bool full = options.checksum_type == ChecksumType::kFullObject;
  if ((sha && full) || (options.checksum == ChecksumAlgorithm::kCrc64Nvme && !full)) {
    throw ObjectsError(ErrorKind::kInvalidRequest,
                       "The checksum type cannot be used with this checksum algorithm.");
  }
}

}  // namespace

Task<UploadInfo> LocalObjects::create_multipart_upload(std::string bucket, std::string key,
                                                       UploadOptions options) {
  if (!is_valid_bucket_name(bucket)) throw objects_error(ErrorKind::kInvalidBucketName);
  check_key(key);
  check_checksum_type(options);
  auto work = [core = core_, bucket = std::move(bucket), key = std::move(key),
               options = std::move(options), now = clock_.now()] {
    return core->uploads.create_blocking(bucket, key, options, now);
  };
  co_return co_await pool_->run(std::move(work));
}

Task<std::unique_ptr<ObjectWriter>> LocalObjects::upload_part(UploadAddress upload,
                                                              std::uint32_t part_number,
                                                              PutOptions options) {
  check_part_number(part_number);
  auto work = [core = core_, upload] { return core->uploads.read_blocking(upload).info.checksum; };
  const auto checksum = co_await pool_->run(std::move(work));
  if (checksum) options.checksum = checksum;  // the upload's: the whole needs it of every part
  LocalWriter::Publish publish = [upload = std::move(upload), part_number](
                                     LocalCore& core, StagedFile& file, StoredAttributes attributes,
                                     Conditions) {
    PartInfo part =
        core.uploads.publish_part_blocking(file, upload, part_number, std::move(attributes));
    ObjectInfo info;
    info.key = upload.key;
    info.size_bytes = part.size_bytes;
    info.etag = std::move(part.etag);
    info.last_modified = part.last_modified;
    info.checksums = std::move(part.checksums);
    return info;
  };
  co_return std::make_unique<LocalWriter>(core_, pool_, std::move(options), std::move(publish));
}

Task<PartsPage> LocalObjects::list_parts(UploadAddress upload, std::uint32_t after_part_number,
                                         std::size_t parts_max) {
  auto work = [core = core_, upload = std::move(upload), after_part_number, parts_max] {
    return core->uploads.list_parts_blocking(upload, after_part_number, parts_max);
  };
  co_return co_await pool_->run(std::move(work));
}

Task<UploadsPage> LocalObjects::list_multipart_uploads(std::string bucket,
                                                       ListUploadsRequest request) {
  if (!is_valid_bucket_name(bucket)) throw objects_error(ErrorKind::kInvalidBucketName);
  auto work = [core = core_, bucket = std::move(bucket), request = std::move(request)] {
    return core->uploads.list_blocking(bucket, request);
  };
  co_return co_await pool_->run(std::move(work));
}

Task<ObjectInfo> LocalObjects::complete_multipart_upload(UploadAddress upload,
                                                         CompleteOptions options) {
  auto begin = [core = core_, upload = std::move(upload), options = std::move(options)] {
    return std::make_shared<Assembly>(core, upload, options);
  };
  std::shared_ptr<Assembly> assembly = co_await pool_->run(std::move(begin));
  for (bool more = true; more;) {
    auto step = [assembly] { return assembly->step_blocking(); };
    more = co_await pool_->run(std::move(step));
  }
  auto end = [assembly = std::move(assembly)]() mutable {
    const auto held = std::move(assembly);  // its files are closed on this thread
    return held->publish_blocking();
  };
  co_return co_await pool_->run(std::move(end));
}

Task<> LocalObjects::abort_multipart_upload(UploadAddress upload) {
  auto work = [core = core_, upload = std::move(upload)] {
    std::ignore = core->uploads.read_blocking(upload);  // it must be this key's
    core->uploads.remove_blocking(upload);
  };
  co_await pool_->run(std::move(work));
}

}  // namespace bedplate::objects
