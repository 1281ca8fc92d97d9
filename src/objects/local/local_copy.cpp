#include "objects/local/local_copy.hpp"

#include "objects/local/local_objects.hpp"
#include "objects/local/local_writer.hpp"

namespace bedplate::objects {
namespace {

OpenObject open_source(LocalCore& core, const ObjectAddress& source, const Conditions& conditions) {
  OpenObject object = core.objects.open_blocking(source.bucket, source.key);
  try {
    check_read_conditions(conditions, object.info(source.key));
  } catch (const ObjectsError&) {
    throw objects_error(ErrorKind::kPreconditionFailed);
  }
  return object;
}

/// What the copy has of the source and of the request.
StoredAttributes attributes_of(const CopyRequest& request, const OpenObject& source) {
  StoredAttributes out;
  out.headers = request.replace_metadata ? request.headers : source.attributes.headers;
  out.metadata = request.replace_metadata ? request.metadata : source.attributes.metadata;
  out.tags = request.replace_tags ? request.tags : source.attributes.tags;
  return out;
}

/// Begins a copy. An ETag that is an MD5, and a checksum of the whole, are true of the copy, too;
/// otherwise they are computed on the way.
std::shared_ptr<LocalCopy> begin_copy(const std::shared_ptr<LocalCore>& core,
                                      const CopyRequest& request) {
  auto copy =
      std::make_shared<LocalCopy>(core, request.source, request.source_conditions, std::nullopt);
  const StoredAttributes& source = copy->source().attributes;
  if (source.size_bytes > kPutBytesMax) {
    throw ObjectsError(ErrorKind::kInvalidRequest,
                       "The specified copy source is larger than the maximum allowable size for a "
                       "copy source: 5368709120");
  }
  std::optional<ChecksumAlgorithm> wanted = request.checksum;
  if (!wanted && !source.checksums.empty()) wanted = source.checksums.front().algorithm;
  const bool has_wanted =
      !wanted || (!source.checksums.empty() && source.checksums.front().algorithm == *wanted &&
                  source.checksums.front().type == ChecksumType::kFullObject);
  if (!has_wanted || source.etag.find('-') != source.etag.npos) copy->digest(wanted);
  return copy;
}

ObjectInfo end_copy(LocalCopy& copy, const CopyRequest& request) {
  StoredAttributes attributes = attributes_of(request, copy.source());
  if (copy.has_digests()) {
    PutOptions options;
    const StoredAttributes& source = copy.source().attributes;
    options.checksum = request.checksum;
    if (!options.checksum && !source.checksums.empty()) {
      options.checksum = source.checksums.front().algorithm;
    }
    const StoredAttributes computed = checked_attributes(copy.results(), options, {});
    attributes.etag = computed.etag;
    attributes.checksums = computed.checksums;
  } else {
    attributes.etag = copy.source().attributes.etag;
    attributes.checksums = copy.source().attributes.checksums;
  }
  return copy.core().objects.publish_blocking(copy.staged(), request.target.bucket,
                                              request.target.key, std::move(attributes),
                                              request.conditions);
}

void check_addresses(const CopyRequest& request) {
  for (const ObjectAddress* address : {&request.source, &request.target}) {
    if (!is_valid_bucket_name(address->bucket)) {
      throw objects_error(ErrorKind::kInvalidBucketName);
    }
    check_key(address->key);
  }
  if (request.source.bucket == request.target.bucket && request.source.key == request.target.key &&
      !request.replace_metadata) {
    throw ObjectsError(ErrorKind::kInvalidRequest,
                       "This copy request is illegal because it is trying to copy an object to "
                       "itself without changing the object's metadata, storage class, website "
                       "redirect location or encryption attributes.");
  }
}

/// Copies all of it, a step for each crossing.
Task<> copy_all(LocalPool& pool, std::shared_ptr<LocalCopy> copy) {
  for (bool more = true; more;) {
    auto step = [copy] { return copy->step_blocking(); };
    more = co_await pool.run(std::move(step));
  }
}

}  // namespace

LocalCopy::LocalCopy(std::shared_ptr<LocalCore> core, const ObjectAddress& source,
                     const Conditions& conditions, const std::optional<ByteRange>& range)
    : core_(std::move(core)),
      source_(open_source(*core_, source, conditions)),
      left_{0, source_.attributes.size_bytes},
      staged_(core_->folders) {
  if (range) left_ = resolve_range(*range, source_.attributes.size_bytes);
}

bool LocalCopy::step_blocking() {
  copy_some_blocking(source_.file.get(), left_, staged_, digests_ ? &*digests_ : nullptr,
                     kCopyStepBytes);
  return left_.bytes > 0;
}

Task<ObjectInfo> LocalObjects::copy_object(CopyRequest request) {
  check_addresses(request);
  auto begin = [core = core_, request] {
    core->objects.check_bucket_blocking(request.target.bucket);
    return begin_copy(core, request);
  };
  std::shared_ptr<LocalCopy> copy = co_await pool_->run(std::move(begin));
  co_await copy_all(*pool_, copy);
  auto end = [copy = std::move(copy), request = std::move(request)]() mutable {
    const auto held = std::move(copy);  // its files are closed on this thread
    return end_copy(*held, request);
  };
  co_return co_await pool_->run(std::move(end));
}

Task<PartInfo> LocalObjects::upload_part_copy(PartCopyRequest request) {
  if (request.part_number < 1 || request.part_number > kPartNumberMax) {
    throw ObjectsError(ErrorKind::kInvalidArgument,
                       "Part number must be an integer between 1 and 10000, inclusive");
  }
  auto begin = [core = core_, request] {
    const UploadRecord upload = core->uploads.read_blocking(request.upload);
    auto copy =
        std::make_shared<LocalCopy>(core, request.source, request.source_conditions, request.range);
    copy->digest(upload.info.checksum);
    return std::pair(std::move(copy), upload.info.checksum);
  };
  auto begun = co_await pool_->run(std::move(begin));
  co_await copy_all(*pool_, begun.first);
  auto end = [begun = std::move(begun), request = std::move(request)]() mutable {
    const auto held = std::move(begun.first);
    PutOptions options;
    options.checksum = begun.second;
    StoredAttributes attributes = checked_attributes(held->results(), options, {});
    return held->core().uploads.publish_part_blocking(held->staged(), request.upload,
                                                      request.part_number, std::move(attributes));
  };
  co_return co_await pool_->run(std::move(end));
}

}  // namespace bedplate::objects
